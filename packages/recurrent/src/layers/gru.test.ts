import { batchNorm } from '@bnrnn/normalization';
import { startBackend } from '@bnrnn/tensor-backend';
import {
  array64,
  at,
  expectClose,
  oracle,
  put,
  testBackends,
  type Array64,
} from '@bnrnn/test-utils';
import { beforeAll, describe, it } from 'vitest';
import { layerArrays, layerVariables, path } from '../../test/layerRig';
import { gru } from './gru';

const [time, batch, inputs, units] = [7, 4, 3, 5];

/** One row's step with h·U already normalized: it takes the place of the recurrent bias. */
function oneRow(projected: Array64, term: Array64, hidden0: Array64, t: number, b: number) {
  const row = (a: Array64, index: number) => {
    const width = a.shape.at(-1)!;
    return a.data.subarray(index * width, (index + 1) * width);
  };
  return oracle.gruScan({
    projected: array64([1, 1, 3 * units], row(projected, t * batch + b)),
    recurrent: array64([units, 3 * units]),
    recurrentBias: array64([3 * units], row(term, b)),
    hidden0: array64([1, units], row(hidden0, b)),
  }).finalHidden;
}

describe.each(testBackends())('gru on %s', (backend) => {
  beforeAll(() => startBackend(backend));

  it('normalizes h·U of all three gates before the second bias and the reset gate', () => {
    const epsilon = 0.05;
    const hiddenToHidden = batchNorm({ over: 'frame', epsilon });
    const layer = gru({ units, biases: 2, normalize: { hiddenToHidden } });
    const arrays = layerArrays(layer, { inputs, time, batch, seed: 3 });
    const weight = (name: string) => arrays[`${path}.${name}`]!;
    const gain = weight('hiddenToHidden.gain');
    const normalize = oracle.batchStep({ gain, shift: weight('recurrentBias'), epsilon });
    const projected = oracle.project(arrays['x']!, weight('input'), weight('bias'));

    const expected = array64([time, batch, units]);
    let hidden = arrays['state.0']!;
    for (let t = 0; t < time; t++) {
      const term = normalize(oracle.product(hidden, weight('recurrent')), t, undefined);
      const next = array64([batch, units]);
      for (let b = 0; b < batch; b++) {
        const row = oneRow(projected, term, hidden, t, b);
        for (let k = 0; k < units; k++) {
          put(next, at(row, 0, k), b, k);
          put(expected, at(row, 0, k), t, b, k);
        }
      }
      hidden = next;
    }

    const { run } = layerVariables(layer, arrays);
    const actual = run({ statistics: new Map(), mode: 'batch' });
    expectClose(actual.hidden, expected);
    expectClose(actual.state[0]!, hidden);
  });
});
