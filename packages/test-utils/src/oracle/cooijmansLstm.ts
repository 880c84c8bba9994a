import { array64, at, axis, put, type Array64 } from '../array64';
import { product, sigmoid, stepOf } from './arithmetic';

export interface CooijmansLstmOptions {
  /** [T, B, I]. */
  x: Array64;
  /** [I, 4H], gates in the order i, f, g, o. */
  input: Array64;
  /** [H, 4H]. */
  recurrent: Array64;
  /** [4H]. */
  bias: Array64;
  /** [4H]: the gain on x·W. */
  inputGain: Array64;
  /** [4H]: the gain on h·U. */
  recurrentGain: Array64;
  /** [H]: gain and shift on the cell. */
  cellGain: Array64;
  cellShift: Array64;
  /** [B, H]. */
  hidden0: Array64;
  cell0: Array64;
  epsilon: number;
}

/**
 * The batch-normalized LSTM of Cooijmans et al., every row real, statistics of each step's batch.
 *
 *   (i, f, g, o) = BN(h·U; recurrentGain, 0) + BN(x·W; inputGain, 0) + bias
 *   c' = σ(f)·c + σ(i)·tanh(g)      h' = σ(o)·tanh(BN(c'; cellGain, cellShift))
 *
 * Written out at once and not from this folder's scan, so that the two check each other.
 *
 * @returns hidden [T, B, H], finalHidden and finalCell [B, H].
 * @see Cooijmans et al. 2016 (arXiv 1603.09025), equations 6 to 8.
 */
export function cooijmansLstm(options: CooijmansLstmOptions): {
  hidden: Array64;
  finalHidden: Array64;
  finalCell: Array64;
} {
  const { x, input, recurrent, bias, inputGain, recurrentGain, cellGain, cellShift, epsilon } =
    options;
  const [time, batch, units] = [axis(x, 0), axis(x, 1), axis(recurrent, 0)];
  const hiddens = array64([time, batch, units]);
  let hidden = options.hidden0;
  let cell = options.cell0;
  for (let t = 0; t < time; t++) {
    const fromInput = standardizeColumns(product(stepOf(x, t), input), epsilon);
    const fromState = standardizeColumns(product(hidden, recurrent), epsilon);
    const gate = (b: number, column: number): number =>
      at(recurrentGain, column) * at(fromState, b, column) +
      at(inputGain, column) * at(fromInput, b, column) +
      at(bias, column);

    const nextCell = array64([batch, units]);
    for (let b = 0; b < batch; b++) {
      for (let k = 0; k < units; k++) {
        const kept = sigmoid(gate(b, units + k)) * at(cell, b, k);
        const written = sigmoid(gate(b, k)) * Math.tanh(gate(b, 2 * units + k));
        put(nextCell, kept + written, b, k);
      }
    }
    const cellHat = standardizeColumns(nextCell, epsilon);
    const nextHidden = array64([batch, units]);
    for (let b = 0; b < batch; b++) {
      for (let k = 0; k < units; k++) {
        const shown = at(cellGain, k) * at(cellHat, b, k) + at(cellShift, k);
        const h = sigmoid(gate(b, 3 * units + k)) * Math.tanh(shown);
        put(nextHidden, h, b, k);
        put(hiddens, h, t, b, k);
      }
    }
    hidden = nextHidden;
    cell = nextCell;
  }
  return { hidden: hiddens, finalHidden: hidden, finalCell: cell };
}

/** Each column of [B, F] minus its mean, over the root of its biased variance plus epsilon. */
function standardizeColumns(a: Array64, epsilon: number): Array64 {
  const y = array64(a.shape);
  for (let f = 0; f < axis(a, 1); f++) {
    const column = Array.from({ length: axis(a, 0) }, (_, b) => at(a, b, f));
    const mean = column.reduce((sum, value) => sum + value, 0) / column.length;
    const variance = column.reduce((sum, value) => sum + (value - mean) ** 2, 0) / column.length;
    column.forEach((value, b) => put(y, (value - mean) / Math.sqrt(variance + epsilon), b, f));
  }
  return y;
}
