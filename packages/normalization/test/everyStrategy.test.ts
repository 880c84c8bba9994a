import {
  exampleNormalizers,
  normalizerFromSpec,
  type Normalizer,
  type Ranks,
} from '@bnrnn/normalization';
import { startBackend } from '@bnrnn/tensor-backend';
import {
  array64,
  expectClose,
  filled,
  map64,
  onRanks,
  testBackends,
  toTensor,
  toTensor2D,
  toTensor3D,
  type Array64,
} from '@bnrnn/test-utils';
import {
  add,
  grads,
  matMul,
  mul,
  reshape,
  sum,
  tidy,
  type Rank,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
} from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  call,
  columnsOf,
  directionOf,
  folded,
  productWeights,
  stepsOf,
  trained,
  type Answer,
} from './strategyRig';

const [time, batch, features] = [4, 16, 8];
const x = filled([time, batch, features], 11, -2, 3);
// The last step has 5 real rows; one column has none.
const lengths = [4, 1, 3, 2, 4, 2, 0, 3, 4, 1, 2, 4, 3, 2, 1, 4];
const isReal = (i: number): boolean => {
  const row = Math.floor(i / features);
  return Math.floor(row / batch) < lengths[row % batch]!;
};

function expectSameBits(actual: Answer, expected: Answer): void {
  const all = ({ y, measured, dx, dParameters }: Answer) =>
    [y, dx, ...Object.values(measured), ...Object.values(dParameters)].map(({ data }) => [...data]);
  expect(all(actual)).toEqual(all(expected));
}

/** A derivative along a direction, by the gradient and by the difference of two losses in float32. */
function expectDerivative(byGradient: number, byDifference: number, size: number): void {
  expect(Math.abs(byGradient - byDifference)).toBeLessThan(0.02 * size);
}
const dot = (a: Array64, b: Array64): number =>
  a.data.reduce((all, value, i) => all + value * b.data[i]!, 0);
const lengthOf = (a: Array64): number => Math.sqrt(dot(a, a));

const all = exampleNormalizers();
const onActivations = all.filter(({ normalizer }) => normalizer.mapWeights === undefined);
const onWeights = all.filter(({ normalizer }) => normalizer.mapWeights !== undefined);
const onInputs = all.filter(({ normalizer }) => normalizer.measureInput !== undefined);
const again = ({ spec }: Normalizer): Normalizer =>
  normalizerFromSpec(JSON.parse(JSON.stringify(spec)));

describe.each(testBackends())('on %s', (backend) => {
  beforeAll(async () => {
    await startBackend(backend);
  });

  describe.each(onActivations)('$name', ({ name, normalizer, derivative }) => {
    const { needs } = normalizer;

    it.each(['batch', 'stored'] as const)(
      'what stands in padding changes no bit, mode %s',
      (mode) => {
        if (normalizer.spec.kind === 'none') return;
        const padded = (garbage: number): Array64 => map64(x, (v, i) => (isReal(i) ? v : garbage));
        const clean = call(normalizer, { x: padded(0), mode, lengths });
        for (const garbage of [3e38, -Infinity, NaN]) {
          expectSameBits(call(normalizer, { x: padded(garbage), mode, lengths }), clean);
        }
        for (const { data } of [clean.y, clean.dx]) {
          expect(data.every((v, i) => Number.isFinite(v) && (isReal(i) || v === 0))).toBe(true);
        }
      },
    );

    it('the order of the batch is irrelevant', () => {
      const turn = (array: Array64): Array64 => {
        const [last, rest] = [columnsOf(array, batch - 3, 3), columnsOf(array, 0, batch - 3)];
        const width = array.data.length / (time * batch);
        return map64(array, (_, i) => {
          const row = Math.floor(i / width);
          const [t, b] = [Math.floor(row / batch), row % batch];
          const from = b < 3 ? last : rest;
          const at = b < 3 ? t * 3 + b : t * (batch - 3) + b - 3;
          return from.data[at * width + (i % width)]!;
        });
      };
      const turned = [...lengths.slice(-3), ...lengths.slice(0, -3)];
      const weights = filled(x.shape, 80);
      const straight = call(normalizer, { x, mode: 'batch', lengths, weights });
      const other = call(normalizer, {
        ...{ x: turn(x), mode: 'batch', lengths: turned, weights: turn(weights) },
      });
      const tolerance = { rtol: 1e-4 };
      expectClose(other.y, turn(straight.y), tolerance);
      expectClose(other.dx, turn(straight.dx), tolerance);
      for (const measured of Object.keys(straight.measured)) {
        expectClose(other.measured[measured]!, straight.measured[measured]!, tolerance);
      }
    });

    it('one time step is what it is among others, as it is called inside a recurrence', () => {
      if (needs === 'sequence') return;
      for (const mode of ['batch', 'stored'] as const) {
        const whole = call(normalizer, { x, mode });
        for (let step = 0; step < time; step++) {
          const weights = stepsOf(filled(x.shape, 80), step, 1);
          const alone = call(normalizer, {
            ...{ x: stepsOf(x, step, 1), mode, firstStep: step, weights },
          });
          expectClose(alone.y, stepsOf(whole.y, step, 1));
          expectClose(alone.dx, stepsOf(whole.dx, step, 1), { rtol: 1e-4 });
          for (const [measured, value] of Object.entries(alone.measured)) {
            const row = whole.measured[measured]!;
            expectClose(value, row.shape[0] === time ? stepsOf(row, step, 1) : row);
          }
        }
      }
    });

    it.each([undefined, lengths])('gradients are derivatives, lengths %j', (given) => {
      if (!derivative) return;
      const mode = 'batch';
      const weights = map64(filled(x.shape, 80), (v, i) =>
        given === undefined || isReal(i) ? v : 0,
      );
      const at = call(normalizer, { x, mode, lengths: given, weights });
      const along = filled(x.shape, 12);
      const h = 0.01;
      const [above, below] = [h, -h].map((step) =>
        call(normalizer, {
          ...{ x: map64(x, (v, i) => v + step * along.data[i]!), mode, lengths: given, weights },
        }),
      );
      const difference = (above!.loss - below!.loss) / (2 * h);
      expectDerivative(dot(at.dx, along), difference, lengthOf(at.dx));
      const [more, less] = [h, -h].map((move) =>
        call(normalizer, { x, mode, lengths: given, weights, move }),
      );
      const byGradient = Object.entries(at.dParameters).reduce(
        (sum, [parameter, g]) => sum + dot(g, directionOf(parameter, g.shape)),
        0,
      );
      const size = Math.hypot(...Object.values(at.dParameters).map(lengthOf));
      if (size > 0) expectDerivative(byGradient, (more!.loss - less!.loss) / (2 * h), size);
    });

    it('comes back from its spec as JSON, to the same bits', () => {
      const other = again(normalizer);
      expect(other.spec).toEqual(normalizer.spec);
      for (const mode of ['batch', 'stored'] as const) {
        expectSameBits(call(other, { x, mode, lengths }), call(normalizer, { x, mode, lengths }));
      }
    });

    it('keeps statistics that are finite and shaped as they began, under any names', () => {
      tidy(() => {
        const weights = toTensor2D(productWeights(features));
        const { statistics } = normalizer.init(features, { shift: false, weights });
        const next = folded(normalizer, features);
        expect(Object.keys(next)).toEqual(Object.keys(statistics));
        for (const [key, value] of Object.entries(next)) {
          expect(value.shape).toEqual(statistics[key]!.shape);
          expect(value.dataSync().every((v) => Number.isFinite(v))).toBe(true);
        }
      });
    });

    it('does in mode stored what its stored map says', () => {
      if (normalizer.storedMap === undefined) return;
      const { y } = call(normalizer, { x, mode: 'stored' });
      tidy(() => {
        const parameters = trained(normalizer, features);
        const statistics = folded(normalizer, features);
        const map = normalizer.storedMap!(parameters, statistics);
        const shared = Object.values(statistics).every(({ shape }) => shape[0] === 1);
        expect(map !== undefined, `${name}: a map where all steps share statistics`).toBe(shared);
        if (map === undefined) return;
        const rows = reshape<Rank.R2>(toTensor3D(x), [time * batch, features]);
        const { factor, offset } = map;
        const moved: Tensor2D =
          factor.rank === 1 ? mul(rows, factor) : matMul(rows, factor as Tensor2D);
        expectClose(reshape<Rank.R3>(add(moved, offset), x.shape as Tensor3D['shape']), y);
      });
    });

    it.each([undefined, lengths])('ranks compute what one process does, lengths %j', (given) => {
      // A column in three parts; the last has the column without a row, alone, in the ragged case.
      const bounds = given === undefined ? [0, 5, 15, 16] : [0, 6, 7, 16];
      const weights = filled(x.shape, 80);
      const whole = call(normalizer, { x, mode: 'batch', lengths: given, weights });
      expect(needs === 'row' || normalizer.sumsOverRanks === true).toBe(true);
      const ranks = onRanks(3, (collective) => {
        const [first, end] = [bounds[collective.rank]!, bounds[collective.rank + 1]!];
        return call(normalizer, {
          ...{ x: columnsOf(x, first, end - first), mode: 'batch', collective },
          ...{ lengths: given?.slice(first, end) },
          ...{ weights: columnsOf(weights, first, end - first) },
        });
      });
      const tolerance = { rtol: 1e-4 };
      ranks.forEach((own, rank) => {
        const [first, end] = [bounds[rank]!, bounds[rank + 1]!];
        expectClose(own.y, columnsOf(whole.y, first, end - first), {
          ...tolerance,
          label: 'y',
        });
        const wanted = columnsOf(whole.dx, first, end - first);
        // A part of a gradient may be small beside the whole of it.
        const atol = 1e-5 * Math.max(...whole.dx.data.map(Math.abs));
        expectClose(own.dx, wanted, { ...tolerance, atol, label: 'dx' });
        for (const [measured, value] of Object.entries(own.measured)) {
          if (needs === 'row') continue;
          expectClose(value, whole.measured[measured]!, { ...tolerance, label: measured });
          expect(value).toEqual(ranks[0]!.measured[measured]);
        }
      });
      for (const [parameter, wanted] of Object.entries(whole.dParameters)) {
        const total = array64(
          wanted.shape,
          wanted.data.map((_, i) =>
            ranks.reduce((sum, own) => sum + own.dParameters[parameter]!.data[i]!, 0),
          ),
        );
        expectClose(total, wanted, { ...tolerance, label: parameter });
      }
    });
  });

  describe.each(onInputs)('$name', ({ normalizer }) => {
    const size = 5;
    const inputs = filled([time, batch, size], 91, -1, 2);
    const isRealRow = (i: number) => {
      const row = Math.floor(i / size);
      return Math.floor(row / batch) < lengths[row % batch]!;
    };
    const real = (garbage: number) => map64(inputs, (v, i) => (isRealRow(i) ? v : garbage));
    const measured = (of: Array64, own: readonly number[] | undefined, collective?: Ranks) =>
      tidy(() => {
        const found = normalizer.measureInput!(toTensor3D(of), folded(normalizer, features), {
          ...{ step: 0, lengths: own, collective },
        });
        return Object.values(found!).map((tensor) =>
          array64(tensor.shape, tensor.dataSync()),
        ) as never;
      }) as Array64[];

    it('what stands in padding changes no bit of what is measured', () => {
      const clean = measured(real(0), lengths);
      for (const garbage of [3e38, -Infinity, NaN]) {
        expect(measured(real(garbage), lengths)).toEqual(clean);
      }
      // A column behind all others, without a real row.
      const wider = array64(
        [time, batch + 1, size],
        Array.from({ length: time * (batch + 1) * size }, (_, i) => {
          const row = Math.floor(i / size);
          const column = row % (batch + 1);
          const t = Math.floor(row / (batch + 1));
          return column === batch ? 7 : real(0).data[(t * batch + column) * size + (i % size)]!;
        }),
      );
      measured(wider, [...lengths, 0]).forEach((value, k) =>
        expectClose(toTensor(value), clean[k]!),
      );
    });

    it.each([undefined, lengths])('ranks measure what one process does, lengths %j', (given) => {
      const bounds = [0, 6, 7, 16];
      const whole = measured(real(0), given);
      const ranks = onRanks(3, (collective) => {
        const [first, end] = [bounds[collective.rank]!, bounds[collective.rank + 1]!];
        return measured(
          columnsOf(real(0), first, end - first),
          given?.slice(first, end),
          collective,
        );
      });
      for (const own of ranks) {
        expect(own).toEqual(ranks[0]);
        own.forEach((value, k) => expectClose(toTensor(value), whole[k]!, { rtol: 1e-5 }));
      }
    });

    it('renews weights, bias and statistics and keeps what the product computes', async () => {
      const bias = toTensor(filled([features], 93)) as Tensor1D;
      let weights = toTensor2D(productWeights(features));
      let statistics = folded(normalizer, features);
      const outputs = (d: Tensor1D) =>
        tidy(() => {
          const rows = reshape<Rank.R2>(toTensor3D(inputs), [time * batch, size]);
          const mapped = normalizer.mapWeights!(weights, {}, statistics);
          const moved = add(d, normalizer.mapOffset!(weights, {}, statistics));
          return array64(
            [time * batch, features],
            add(matMul(rows, mapped), moved).dataSync(),
          ) as never;
        }) as Array64;
      let d = bias;
      const before = outputs(d);
      for (const round of [1, 2, 3]) {
        const next = await normalizer.renew!({ weights, bias: d, parameters: {}, statistics }, 1);
        expect(next?.weights?.dataSync()).not.toEqual(weights.dataSync());
        expect(Object.keys(next!.statistics!)).toEqual(Object.keys(statistics));
        [weights, d, statistics] = [next!.weights!, next!.bias!, next!.statistics!];
        expectClose(toTensor(outputs(d)), before, { rtol: 1e-5, atol: 2e-5 });
        expect(await normalizer.renew!({ weights, bias: d, parameters: {}, statistics }, 2)).toBe(
          undefined,
        );
        const found = normalizer.measureInput!(
          toTensor3D(filled([time, batch, size], 94 + round, -1, 2)),
          statistics,
          { step: 0 },
        )!;
        statistics = normalizer.fold!(statistics, found, new Int32Array(time).fill(batch));
      }
    });

    it('measures some steps alone', () => {
      const found = [0, 1, 2, 3].map((step) =>
        tidy(() =>
          normalizer.measureInput!(toTensor3D(inputs), folded(normalizer, features), { step }),
        ),
      );
      expect(found.map((each) => each === undefined)).toContain(true);
    });
  });

  describe.each(onWeights)('$name', ({ normalizer }) => {
    const mapped = (of: Normalizer, move = 0, weights = productWeights(features)) =>
      tidy(() => {
        const parameters = trained(of, features, move);
        const statistics = folded(of, features);
        return of.mapWeights!(toTensor2D(weights), parameters, statistics).dataSync<'float32'>();
      });

    it('changes no weight at its start', () => {
      tidy(() => {
        const weights = toTensor2D(productWeights(features));
        const start = normalizer.init(features, { shift: false, weights });
        const { parameters, statistics } = start;
        expectClose(
          normalizer.mapWeights!(weights, parameters, statistics),
          productWeights(features),
        );
      });
    });

    it('comes back from its spec as JSON, to the same bits', () => {
      expect(again(normalizer).spec).toEqual(normalizer.spec);
      expect(mapped(again(normalizer))).toEqual(mapped(normalizer));
    });

    it('has gradients by weights and parameters that are derivatives', () => {
      const shape = [5, features];
      const [loss, along, h] = [filled(shape, 80), filled(shape, 81), 0.01];
      const lossOf = (values: Float32Array): number =>
        values.reduce((sum, value, i) => sum + value * loss.data[i]!, 0);
      const moved = (step: number) =>
        map64(productWeights(features), (v, i) => v + step * along.data[i]!);
      const [byWeights, byParameters, names] = tidy(() => {
        const parameters = trained(normalizer, features);
        const statistics = folded(normalizer, features);
        const keys = Object.keys(parameters);
        const [dWeights, ...rest] = grads((weights, ...values) =>
          sum(
            mul(
              normalizer.mapWeights!(
                weights as Tensor2D,
                Object.fromEntries(keys.map((key, k) => [key, values[k]!])),
                statistics,
              ),
              toTensor2D(loss),
            ),
          ),
        )([toTensor2D(productWeights(features)), ...Object.values(parameters)]).map((tensor) =>
          array64(tensor.shape, tensor.dataSync()),
        );
        return [dWeights, rest, keys] as never;
      }) as unknown as [Array64, Array64[], string[]];
      const difference =
        (lossOf(mapped(normalizer, 0, moved(h))) - lossOf(mapped(normalizer, 0, moved(-h)))) /
        (2 * h);
      expectDerivative(dot(byWeights, along), difference, lengthOf(byWeights));
      const byGradient = byParameters.reduce(
        (sum, g, k) => sum + dot(g, directionOf(names[k]!, g.shape)),
        0,
      );
      const size = Math.hypot(...byParameters.map(lengthOf));
      const change = (lossOf(mapped(normalizer, h)) - lossOf(mapped(normalizer, -h))) / (2 * h);
      if (size > 0) expectDerivative(byGradient, change, size);
    });
  });
});
