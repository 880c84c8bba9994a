import { startBackend } from '@bnrnn/tensor-backend';
import { testBackend } from '@bnrnn/test-utils';
import { beforeAll, describe, expect, it } from 'vitest';
import { gru } from './gru';
import { lstm } from './lstm';

describe('the parameters of a layer', () => {
  beforeAll(() => startBackend(testBackend()));

  it("start by the layer's own initializer, which tells h·U from W·x", () => {
    const initializer = { kind: 'orthogonal', recurrent: 'identity' } as const;
    const layer = gru({ units: 3, initializer });
    const place = { path: 'p', inputs: 3, initializer: { kind: 'zeros' }, seed: 1 } as const;
    const parameters = layer.parameters(place);
    const identities = [0, 1, 2].map((row) =>
      Array.from({ length: 9 }, (_, column) => (column % 3 === row ? 1 : 0)),
    );
    expect(parameters.get('p.recurrent')!.arraySync()).toEqual(identities);
    expect(parameters.get('p.input')!.arraySync()).not.toEqual(identities);
    expect(parameters.get('p.input')!.dataSync()).not.toContain(0);
    expect(new Set(parameters.get('p.bias')!.dataSync())).toEqual(new Set([0]));
  });

  it('have the shapes of the gates side by side, under the path of their place', () => {
    const layer = lstm({ units: 3, biases: 2, peepholes: 'output' });
    const place = { path: 'p', inputs: 2, initializer: { kind: 'zeros' }, seed: 1 } as const;
    expect([...layer.parameters(place)].map(([path, { shape }]) => [path, shape])).toEqual([
      ['p.input', [2, 12]],
      ['p.recurrent', [3, 12]],
      ['p.bias', [12]],
      ['p.recurrentBias', [12]],
      ['p.peepholes', [1, 3]],
    ]);
  });
});
