import { batchNorm, layerNorm } from '@bnrnn/normalization';
import { describe, expect, it } from 'vitest';
import { gru } from './gru';
import { layerFromSpec } from './layerFromSpec';
import { lstm } from './lstm';
import { rnn } from './rnn';

const frame = batchNorm({ over: 'frame' });
const sequence = batchNorm({ over: 'sequence' });

describe('placements', () => {
  it.each(['hiddenToHidden', 'preActivation', 'cell'] as const)(
    'refuses sequence-wise statistics at %s',
    (placement) => {
      expect(() => lstm({ units: 3, normalize: { [placement]: sequence } })).toThrow(
        new RegExp(`^lstm: normalize.${placement}: sequence-wise statistics cannot be used inside`),
      );
    },
  );

  it('refuses the sum together with one of its terms', () => {
    expect(() =>
      rnn({ units: 3, normalize: { preActivation: frame, inputToHidden: frame } }),
    ).toThrow(
      'rnn: normalize.preActivation and normalize.inputToHidden are both set, expected the sum or its terms.',
    );
    expect(() =>
      lstm({ units: 3, normalize: { preActivation: frame, hiddenToHidden: frame } }),
    ).toThrow('normalize.hiddenToHidden are both set');
  });

  it('refuses a placement that the cell does not have', () => {
    expect(() => rnn({ units: 3, normalize: { cell: frame } })).toThrow(
      'rnn: normalize.cell is set, expected one of: inputToHidden, hiddenToHidden, preActivation, hiddenToOutput.',
    );
    expect(() => gru({ units: 3, normalize: { preActivation: layerNorm({ groups: 3 }) } })).toThrow(
      'gru: normalize.preActivation is set, expected one of: inputToHidden, hiddenToHidden, hiddenToOutput.',
    );
  });

  it('refuses options that come from a file and do not exist', () => {
    const bare = { units: 3, biases: 1, normalize: {} } as const;
    const peepholes = { ...bare, kind: 'gru', peepholes: 'all' } as const;
    expect(() => layerFromSpec(peepholes)).toThrow('gru: peepholes is set, expected only: units');
    const unknown = { ...bare, kind: 'lstm', normalize: { input: frame.spec } };
    expect(() => layerFromSpec(unknown as never)).toThrow('lstm: normalize: input is set');
    expect(() => layerFromSpec({ ...bare, kind: 'lsmt' } as never)).toThrow(/layer.kind is "lsmt"/);
    expect(() => layerFromSpec({ ...bare, kind: 'gru', units: 0 })).toThrow('gru: units is 0');
    expect(() => layerFromSpec({ ...bare, kind: 'rnn', activation: 'sin' as never })).toThrow(
      'rnn: activation is "sin"',
    );
  });

  it('a layer is rebuilt from its own spec', () => {
    const layer = lstm({
      units: 3,
      biases: 2,
      peepholes: 'output',
      normalize: { hiddenToHidden: frame, cell: layerNorm({ groups: 1 }) },
      initializer: { kind: 'orthogonal', recurrent: 'identity' },
    });
    const json = JSON.parse(JSON.stringify(layer.spec)) as typeof layer.spec;
    expect(layerFromSpec(json).spec).toEqual(layer.spec);
  });
});
