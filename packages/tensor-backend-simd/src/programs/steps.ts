import { ownRange, type Program } from '../threads/thread';
import { unpack } from '../threads/unpack';

/** sums[part] = the sum of squares of this thread's part of x; float64. */
export const sumOfSquares: Program = (thread, values) => {
  const [x, count, sums] = unpack(values, 3);
  const [start, end] = ownRange(thread, count, 256);
  const total = thread.kernels.sumOfSquares(x + start * 4, end - start);
  new Float64Array(thread.float32.buffer, sums, thread.parts)[thread.part] = total;
};

/** variable -= rate · gradient */
export const sgd: Program = (thread, values) => {
  const [variable, gradient, rate, count] = unpack(values, 4);
  const [start, end] = ownRange(thread, count, 16);
  thread.kernels.sgd(variable + start * 4, gradient + start * 4, rate, end - start);
};

/** variable[ids[u]] -= rate · rows[u], the ids distinct. */
export const sgdRows: Program = (thread, values) => {
  const [variable, ids, rows, rate, count, width] = unpack(values, 6);
  const [start, end] = ownRange(thread, count);
  for (let u = start; u < end; u++) {
    const row = (thread.int32[(ids >>> 2) + u] as number) * width * 4;
    thread.kernels.sgd(variable + row, rows + u * width * 4, rate, width);
  }
};

/** velocity = momentum · velocity - rate · gradient;  variable += velocity */
export const momentum: Program = (thread, values) => {
  const [variable, velocity, gradient, rate, share, count] = unpack(values, 6);
  const [start, end] = ownRange(thread, count, 16);
  const at = start * 4;
  thread.kernels.momentum(variable + at, velocity + at, gradient + at, rate, share, end - start);
};

/** Adam with its bias corrections in `rate` and `secondCorrection`. */
export const adam: Program = (thread, values) => {
  const [
    variable,
    first,
    second,
    gradient,
    scale,
    rate,
    secondCorrection,
    beta1,
    beta2,
    epsilon,
    count,
  ] = unpack(values, 11);
  const [start, end] = ownRange(thread, count, 16);
  const at = start * 4;
  thread.kernels.adam(
    variable + at,
    first + at,
    second + at,
    gradient + at,
    scale,
    rate,
    secondCorrection,
    beta1,
    beta2,
    epsilon,
    end - start,
  );
};
