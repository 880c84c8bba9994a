import { program } from '../threads/program';
import { ownRange } from '../threads/thread';

/** sums[part] = the sum of squares of this thread's part of x; float64. */
export const sumOfSquares = program(['x count sums'], (thread, { x, count, sums }) => {
  const [start, end] = ownRange(thread, count, 256);
  const total = thread.kernels.sumOfSquares(x + start * 4, end - start);
  new Float64Array(thread.float32.buffer, sums, thread.parts)[thread.part] = total;
});

/** variable -= rate · gradient */
export const sgd = program(
  ['variable gradient rate count'],
  (thread, { variable, gradient, rate, count }) => {
    const [start, end] = ownRange(thread, count, 16);
    thread.kernels.sgd(variable + start * 4, gradient + start * 4, rate, end - start);
  },
);

/** variable[ids[u]] -= rate · rows[u], the ids distinct. */
export const sgdRows = program(
  ['variable ids rows rate count width'],
  (thread, { variable, ids, rows, rate, count, width }) => {
    const [start, end] = ownRange(thread, count);
    for (let u = start; u < end; u++) {
      const row = (thread.int32[(ids >>> 2) + u] as number) * width * 4;
      thread.kernels.sgd(variable + row, rows + u * width * 4, rate, width);
    }
  },
);

/** velocity = momentum · velocity - rate · gradient;  variable += velocity */
export const momentum = program(
  ['variable velocity gradient rate share count'],
  (thread, { variable, velocity, gradient, rate, share, count }) => {
    const [start, end] = ownRange(thread, count, 16);
    const at = start * 4;
    thread.kernels.momentum(variable + at, velocity + at, gradient + at, rate, share, end - start);
  },
);

/** Adam with its bias corrections in `rate` and `secondCorrection`. */
export const adam = program(
  ['variable first second gradient', 'scale rate secondCorrection beta1 beta2 epsilon count'],
  (thread, given) => {
    const { variable, first, second, gradient, scale, rate, secondCorrection, beta1 } = given;
    const { beta2, epsilon, count } = given;
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
  },
);
