import { program } from '../threads/program';
import { ownRange } from '../threads/thread';

/**
 * Softmax cross entropy of whole logits; a thread owns a range of rows. `probabilities` receives a copy that
 * becomes the softmax; `weights` is 0 for equal ones; `scratch` [2, rows].
 */
export const softmaxCrossEntropy = program(
  ['rows columns logits labels weights nats probabilities scratch'],
  (thread, { rows, columns, logits, labels, weights, nats, probabilities, scratch }) => {
    const [start, end] = ownRange(thread, rows);
    if (start === end) return;
    const { kernels, float32, int32 } = thread;
    const source = logits >>> 2;
    float32.copyWithin(
      (probabilities >>> 2) + start * columns,
      source + start * columns,
      source + end * columns,
    );
    const own = probabilities + start * columns * 4;
    const maxima = scratch + start * 4;
    const totals = scratch + (rows + start) * 4;
    kernels.rowMaxima(own, 0, maxima, end - start, columns);
    kernels.rowExponentials(own, 0, maxima, totals, end - start, columns);
    for (let row = start; row < end; row++) {
      const total = float32[(scratch >>> 2) + rows + row] as number;
      const label = int32[(labels >>> 2) + row] as number;
      const chosen = float32[source + row * columns + label] as number;
      const weight = weights === 0 ? 1 : (float32[(weights >>> 2) + row] as number);
      const max = float32[(scratch >>> 2) + row] as number;
      float32[(nats >>> 2) + row] = weight * (Math.log(total) + max - chosen);
      float32[(scratch >>> 2) + rows + row] = 1 / total;
    }
    kernels.scaleRows(own, totals, own, end - start, columns);
  },
);

/** Turns saved probabilities into the gradient of the logits, in place; `scratch` [rows]. */
export const softmaxGradient = program(
  ['rows columns probabilities labels weights dNats scratch'],
  (thread, { rows, columns, probabilities, labels, weights, dNats, scratch }) => {
    const [start, end] = ownRange(thread, rows);
    if (start === end) return;
    const { kernels, float32, int32 } = thread;
    for (let row = start; row < end; row++) {
      const label = int32[(labels >>> 2) + row] as number;
      const at = (probabilities >>> 2) + row * columns + label;
      float32[at] = (float32[at] as number) - 1;
      const weight = weights === 0 ? 1 : (float32[(weights >>> 2) + row] as number);
      float32[(scratch >>> 2) + row] = weight * (float32[(dNats >>> 2) + row] as number);
    }
    const own = probabilities + start * columns * 4;
    kernels.scaleRows(own, scratch + start * 4, own, end - start, columns);
  },
);
