import { UsageError } from '@bnrnn/core';
import { startBackend } from '@bnrnn/tensor-backend';
import {
  array64,
  at,
  expectClose,
  filled,
  onRanks,
  put,
  testBackends,
  toTensor1D,
  toTensor2D,
  toTensor3D,
  type Array64,
} from '@bnrnn/test-utils';
import { grads, mul, sum, tidy, type Tensor, type Tensor3D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { batchNorm } from './batchNorm';
import type { Ranks } from './sumOverRanks';

const [time, batch, features] = [6, 5, 7];
const x = filled([time, batch, features], 1, -2, 3);
const weights = filled([time, batch, features], 2);
const [gain, shift] = [filled([features], 3, 0.5, 1.5), filled([features], 4)];
const statistics = { mean: filled([1, features], 5), variance: filled([1, features], 6, 0.5, 2) };

interface Part {
  readonly first: number;
  readonly columns: number;
}

/** The columns of one part, with as many empty ones behind them as a rank without a sequence has. */
function columnsOf(whole: Array64, { first, columns }: Part): Array64 {
  const part = array64([time, Math.max(columns, 1), features]);
  for (let t = 0; t < time; t++) {
    for (let b = 0; b < columns; b++) {
      for (let f = 0; f < features; f++) put(part, at(whole, t, first + b, f), t, b, f);
    }
  }
  return part;
}

/** y, moments and the gradients by x, gain and shift of one part. */
function run(
  normalizer: ReturnType<typeof batchNorm>,
  part: Part,
  lengths: readonly number[] | undefined,
  collective?: Ranks,
): Record<'y' | 'mean' | 'variance' | 'dx' | 'dGain' | 'dShift', Array64> {
  const read = (tensor: Tensor): Array64 => array64(tensor.shape, tensor.dataSync());
  const own = part.columns === 0 ? [0] : lengths?.slice(part.first, part.first + part.columns);
  const found: Record<string, Array64> = {};
  tidy(() => {
    const loss = (xs: Tensor, gains: Tensor, shifts: Tensor): Tensor => {
      const { y, measured } = normalizer.apply(
        xs as Tensor3D,
        { gain: gains, shift: shifts },
        { mean: toTensor2D(statistics.mean), variance: toTensor2D(statistics.variance) },
        { mode: 'batch', lengths: own, collective },
      );
      found['y'] = read(y);
      Object.entries(measured!).forEach(([name, tensor]) => (found[name] = read(tensor)));
      return sum(mul(y, toTensor3D(columnsOf(weights, part))));
    };
    const inputs = [toTensor3D(columnsOf(x, part)), toTensor1D(gain), toTensor1D(shift)];
    const [dx, dGain, dShift] = grads(loss)(inputs).map(read);
    Object.assign(found, { dx, dGain, dShift });
  });
  return found;
}

/** The bounds between the parts: where each begins, and the end. */
const splits = { 'two ranks': [0, 2, 5], 'three ranks, one without a row': [0, 2, 2, 5] };
// Step 3 has two real rows, on different ranks; step 4 has one, step 5 none.
const ragged = [4, 3, 1, 5, 3];

describe.each(testBackends())('on %s', (backend) => {
  beforeAll(async () => {
    await startBackend(backend);
  });

  describe.each(Object.entries(splits))('%s', (_, bounds) => {
    const parts = bounds
      .slice(1)
      .map((end, k) => ({ first: bounds[k]!, columns: end - bounds[k]! }));

    test.each([
      ['frame', 'variance', undefined],
      ['frame', 'double', ragged],
      ['sequence', 'variance', undefined],
      ['sequence', 'double', ragged],
    ] as const)('over %s, %s, lengths %j: as the whole batch', (over, epsilonRule, lengths) => {
      const normalizer = batchNorm({ over, epsilonRule, epsilon: 1e-2 });
      const whole = run(normalizer, { first: 0, columns: batch }, lengths);
      const ranks = onRanks(parts.length, (collective) =>
        run(normalizer, parts[collective.rank]!, lengths, collective),
      );
      for (const [rank, found] of ranks.entries()) {
        for (const name of ['y', 'dx'] as const) {
          expectClose(found[name], columnsOf(whole[name], parts[rank]!), { label: name });
        }
        for (const name of ['mean', 'variance'] as const) {
          expectClose(found[name], whole[name], { label: name });
          expect(found[name]).toEqual(ranks[0]![name]);
        }
      }
      for (const name of ['dGain', 'dShift'] as const) {
        const total = ranks.reduce(
          (all, found) => all.map((v, i) => v + found[name].data[i]!),
          [...array64([features]).data],
        );
        expectClose(array64([features], total), whole[name], { label: name });
      }
    });
  });

  test('sequence-wise, one row of all ranks together is refused on each of them', () => {
    const refused = onRanks(2, (collective) => {
      const part = { first: 0, columns: 1 - collective.rank };
      try {
        return run(batchNorm({ over: 'sequence' }), part, [1], collective);
      } catch (error) {
        if (error instanceof UsageError) return error.message;
        throw error;
      }
    });
    const sentence =
      'batchNorm.apply: mode "batch" was given 1 real row in all (time 6, 2 ranks), expected at least 2 to take moments over.';
    expect(refused).toEqual([sentence, sentence]);
  });
});
