import {
  isBatchNormSpec,
  batchNorm,
  layerNorm,
  none,
  type Normalizer,
  type NamedTensors,
  type NormalizerMode,
} from '@bnrnn/normalization';
import { startBackend } from '@bnrnn/tensor-backend';
import {
  array64,
  expectClose,
  filled,
  map64,
  testBackends,
  toTensor1D,
  toTensor2D,
  toTensor3D,
  weightedSumOfTensors,
  type Array64,
} from '@bnrnn/test-utils';
import { grads, tidy, type Tensor, type Tensor3D } from '@tensorflow/tfjs-core';
import * as fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';

const runs = { seed: 20151005, numRuns: 15 };

/** An epsilon far below the variances, so that invariance holds to rounding. */
const tiny = 1e-12;
const strategies: Readonly<Record<string, Normalizer>> = {
  frame: batchNorm({ over: 'frame', epsilon: tiny, perStep: true, maxSteps: 3 }),
  'frame, double': batchNorm({ over: 'frame', epsilon: tiny, epsilonRule: 'double' }),
  sequence: batchNorm({ over: 'sequence', epsilon: tiny }),
  layer: layerNorm({ groups: 2, epsilon: tiny }),
};

/** Sizes, the seed of the values, and how long each column is. */
const drawn = fc
  .record({
    time: fc.integer({ min: 1, max: 6 }),
    batch: fc.integer({ min: 3, max: 8 }),
    features: fc.constantFrom(8, 16),
    seed: fc.integer({ min: 0, max: 10_000 }),
  })
  .chain((sizes) =>
    fc.record({
      sizes: fc.constant(sizes),
      lengths: fc.array(fc.integer({ min: 1, max: sizes.time }), {
        minLength: sizes.batch,
        maxLength: sizes.batch,
      }),
    }),
  );

interface Result {
  y: Array64;
  measured: Array64[];
  /** By x, gain and shift. */
  gradient: Array64[];
}

/** y, what is measured, and the gradient of a weighted sum of y; nothing is left on the backend. */
function run(
  normalizer: Normalizer,
  x: Array64,
  mode: NormalizerMode,
  lengths?: readonly number[],
): Result {
  const features = x.shape[2]!;
  const read = (tensor: Tensor): Array64 => array64(tensor.shape, tensor.dataSync());
  const result: Result = { y: x, measured: [], gradient: [] };
  tidy(() => {
    const statistics = someStatistics(normalizer, features);
    const options = { mode, lengths };
    const loss = (xs: Tensor, gain: Tensor, shift: Tensor): Tensor => {
      const { y, measured = {} } = normalizer.apply(
        xs as Tensor3D,
        { gain, shift },
        statistics,
        options,
      );
      result.y = read(y);
      result.measured = Object.values(measured).map(read);
      return weightedSumOfTensors(y);
    };
    const gradient = grads(loss)([
      toTensor3D(x),
      toTensor1D(filled([features], 2, 0.5, 1.5)),
      toTensor1D(filled([features], 3)),
    ]);
    result.gradient = gradient.map(read);
  });
  return result;
}

function someStatistics(normalizer: Normalizer, features: number): NamedTensors {
  const rows = isBatchNormSpec(normalizer.spec) && normalizer.spec.perStep ? 3 : 1;
  return {
    mean: toTensor2D(filled([rows, features], 4)),
    variance: toTensor2D(filled([rows, features], 5, 0.5, 2)),
  };
}

describe.each(testBackends())('normalizers on %s', (backend) => {
  beforeAll(async () => {
    await startBackend(backend);
  });

  describe.each(Object.entries(strategies))('%s', (_name, normalizer) => {
    it('a scale and an offset of x are irrelevant', () => {
      const scale = fc.double({ min: 0.5, max: 8, noNaN: true });
      const offset = fc.double({ min: -4, max: 4, noNaN: true });
      fc.assert(
        fc.property(drawn, scale, offset, ({ sizes }, a, c) => {
          const { time, features, seed } = sizes;
          const x = filled([time, 8, features], seed, -3, 3);
          // A batch's features may each have their own, a layer's rows only one together.
          const own = (i: number) => (normalizer.spec.kind === 'layer' ? 0 : i % features);
          const moved = map64(x, (v, i) => (a + own(i)) * v + c - own(i));
          const straight = run(normalizer, x, 'batch');
          // Float32 rounds 8·3 + 4 + 16·4 to 4e-6; a small deviation multiplies that.
          expectClose(run(normalizer, moved, 'batch').y, straight.y, { rtol: 5e-4 });
        }),
        runs,
      );
    });
  });

  it('at one time step, frame and sequence are the same', () => {
    fc.assert(
      fc.property(drawn, ({ sizes: { batch, features, seed } }) => {
        const x = filled([1, batch, features], seed, -3, 3);
        const padded = [1, 0, ...new Array<number>(batch - 2).fill(1)];
        for (const given of batch > 3 ? [undefined, padded] : [undefined]) {
          const frame = run(batchNorm({ over: 'frame' }), x, 'batch', given);
          const sequence = run(batchNorm({ over: 'sequence' }), x, 'batch', given);
          [frame.y, ...frame.measured, ...frame.gradient].forEach((array, k) => {
            const other = [sequence.y, ...sequence.measured, ...sequence.gradient][k]!;
            expectClose(array, other, { rtol: 1e-6 });
          });
        }
      }),
      runs,
    );
  });

  it("a mini-batch's own moments, stored, give what mode batch gives", () => {
    fc.assert(
      fc.property(drawn, ({ sizes: { time, batch, features, seed } }) => {
        const x = filled([time, batch, features], seed, -3, 3);
        const spec = { epsilon: 0.1, epsilonRule: 'double' } as const;
        for (const normalizer of [
          batchNorm({ ...spec, over: 'frame', perStep: true, maxSteps: time, decay: 0 }),
          batchNorm({ ...spec, over: 'sequence', decay: 0 }),
        ]) {
          tidy(() => {
            const xs = toTensor3D(x);
            const parameters = {
              gain: toTensor1D(filled([features], 2, 0.5, 1.5)),
              shift: toTensor1D(filled([features], 3)),
            };
            const start = normalizer.init(features, { shift: true }).statistics;
            const { y, measured } = normalizer.apply(xs, parameters, start, { mode: 'batch' });
            const counts = new Int32Array(time).fill(batch);
            const stored = normalizer.fold!(start, measured!, counts);
            expectClose(normalizer.apply(xs, parameters, stored, { mode: 'stored' }).y, y);
          });
        }
      }),
      runs,
    );
  });

  it('no normalization keeps x bit for bit, whatever the lengths', () => {
    const x = filled([3, 2, 4], 6);
    const { y, measured } = none().apply(
      toTensor3D(x),
      {},
      {},
      {
        mode: 'batch',
        lengths: [3, 1],
      },
    );
    expect([...y.dataSync()]).toEqual([...x.data]);
    expect(measured).toBeUndefined();
  });
});
