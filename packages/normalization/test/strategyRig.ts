import { rowsOfEachStep } from '@bnrnn/core';
import type { NamedTensors, Normalizer, NormalizerMode, Ranks } from '@bnrnn/normalization';
import { array64, filled, toTensor, toTensor2D, toTensor3D, type Array64 } from '@bnrnn/test-utils';
import { add, grads, mul, sum, tidy, type Tensor, type Tensor3D } from '@tensorflow/tfjs-core';

/** One call of a strategy. */
export interface Call {
  readonly x: Array64;
  readonly mode: NormalizerMode;
  readonly lengths?: readonly number[] | undefined;
  readonly firstStep?: number;
  readonly collective?: Ranks;
  /** What y is multiplied by before it is summed up as a loss; numbers of its own unless given. */
  readonly weights?: Array64;
  /** How far parameters are moved along their direction; 0 when absent. */
  readonly move?: number;
}

/** What comes of it, as plain values. */
export interface Answer {
  readonly y: Array64;
  readonly measured: Readonly<Record<string, Array64>>;
  readonly loss: number;
  readonly dx: Array64;
  readonly dParameters: Readonly<Record<string, Array64>>;
}

const read = (tensor: Tensor): Array64 => array64(tensor.shape, tensor.dataSync());

/** The weights of the product that a normalizer stands on. */
export const productWeights = (features: number): Array64 => filled([5, features], 41, -0.6, 0.6);

/** The direction in which a parameter is moved. */
export const directionOf = (name: string, shape: readonly number[]): Array64 =>
  filled(shape, 50 + name.length);

/** Parameters that are not at their start, by name; the caller's to free. */
export function trained(normalizer: Normalizer, features: number, move = 0): NamedTensors {
  return tidy(() => {
    const weights = toTensor2D(productWeights(features));
    const shift = normalizer.mapWeights === undefined;
    const { parameters } = normalizer.init(features, { shift, weights });
    return Object.fromEntries(
      Object.entries(parameters).map(([name, value], k) => {
        const there = add(value, toTensor(filled(value.shape, 60 + k, -0.2, 0.3)));
        return [name, add(there, mul(toTensor(directionOf(name, value.shape)), move))];
      }),
    );
  });
}

/** The running statistics after two batches; the caller's to free. */
export function folded(normalizer: Normalizer, features: number): NamedTensors {
  return tidy(() => {
    const weights = toTensor2D(productWeights(features));
    const { statistics: start } = normalizer.init(features, { shift: false, weights });
    const parameters = trained(normalizer, features);
    return [71, 72].reduce((statistics, seed) => {
      if (normalizer.measureInput !== undefined) {
        const inputs = toTensor3D(filled([4, 16, weights.shape[0]], seed, -2, 3));
        const found = normalizer.measureInput(inputs, statistics, { step: 0 }) ?? {};
        return normalizer.fold?.(statistics, found, new Int32Array(4).fill(16)) ?? statistics;
      }
      const x = toTensor3D(filled([4, 16, features], seed, -2, 3));
      const { measured = {} } = normalizer.apply(x, parameters, statistics, { mode: 'batch' });
      const counts = rowsOfEachStep({ time: 4, batch: 16 });
      return normalizer.fold?.(statistics, measured, counts) ?? statistics;
    }, start);
  });
}

/** Runs a strategy forward and backward on trained parameters and folded statistics. */
export function call(normalizer: Normalizer, { x, move = 0, ...options }: Call): Answer {
  const features = x.shape[2] as number;
  const answer = { y: x, measured: {} as Record<string, Array64>, loss: 0 };
  const { weights = filled(x.shape, 80), ...given } = options;
  const gradients = tidy(() => {
    const parameters = trained(normalizer, features, move);
    const statistics = folded(normalizer, features);
    const names = Object.keys(parameters);
    const loss = (xs: Tensor, ...values: Tensor[]): Tensor => {
      const moved = Object.fromEntries(names.map((name, k) => [name, values[k] as Tensor]));
      const { y, measured = {} } = normalizer.apply(xs as Tensor3D, moved, statistics, given);
      const total = sum(mul(y, toTensor(weights)));
      answer.y = read(y);
      answer.loss = y
        .dataSync<'float32'>()
        .reduce((all, v, i) => all + v * (weights.data[i] as number), 0);
      answer.measured = Object.fromEntries(
        Object.entries(measured).map(([name, tensor]) => [name, read(tensor)]),
      );
      return total;
    };
    const [dx, ...rest] = grads(loss)([toTensor3D(x), ...Object.values(parameters)]).map(read);
    return { dx, rest: Object.fromEntries(names.map((name, k) => [name, rest[k]])) } as never;
  }) as { dx: Array64; rest: Record<string, Array64> };
  return { ...answer, dx: gradients.dx, dParameters: gradients.rest };
}

/** The columns `first` to `first + count` of [time, batch, ...]. */
export function columnsOf(whole: Array64, first: number, count: number): Array64 {
  const [time, batch] = whole.shape as [number, number];
  const width = whole.data.length / (time * batch);
  const rest = whole.shape.slice(2);
  return array64(
    [time, count, ...rest],
    Array.from({ length: time * count * width }, (_, i) => {
      const row = Math.floor(i / width);
      const from = Math.floor(row / count) * batch + first + (row % count);
      return whole.data[from * width + (i % width)] as number;
    }),
  );
}

/** Steps `first` to `first + count` of [time, ...]. */
export function stepsOf(whole: Array64, first: number, count: number): Array64 {
  const [time = 1, ...rest] = whole.shape;
  const each = whole.data.length / time;
  return array64([count, ...rest], whole.data.slice(first * each, (first + count) * each));
}
