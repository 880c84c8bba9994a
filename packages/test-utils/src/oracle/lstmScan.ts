import { array64, at, axis, put, type Array64 } from '../array64';
import {
  addToRows,
  isPadded,
  product,
  setStep,
  sigmoid,
  stepOf,
  sum64,
  timeOrder,
  type RowLengths,
} from './arithmetic';
import { noStep, type StepNormalizer } from './stepNormalizer';

export interface LstmScanOptions {
  /** [T, B, 4H], gates in the order i, f, g, o. */
  projected: Array64;
  /** [H, 4H]. */
  recurrent: Array64;
  /** [4H]. */
  recurrentBias?: Array64 | undefined;
  /** [3, H]: input gate, forget gate, output gate. */
  peepholes?: Array64 | undefined;
  /** [B, H]. */
  hidden0: Array64;
  /** [B, H]. */
  cell0: Array64;
  /** Real steps of each row. */
  lengths?: RowLengths;
  reverse?: boolean | undefined;
  normalize?: {
    hiddenToHidden?: StepNormalizer | undefined;
    preActivation?: StepNormalizer | undefined;
    cell?: StepNormalizer | undefined;
  };
}

export interface LstmScanResult {
  hidden: Array64;
  finalHidden: Array64;
  finalCell: Array64;
  /** [T, B, H]: the cell after each step, the carried one where padded. */
  cell: Array64;
}

/**
 * The LSTM over time, with optional normalizers inside the recurrence.
 *
 *   z = preActivation(projected[t] + hiddenToHidden(h·U)) + recurrentBias
 *   i = σ(z_i + p_i·c)    f = σ(z_f + p_f·c)    g = tanh(z_g)
 *   c' = f·c + i·g        o = σ(z_o + p_o·c')   h' = o·tanh(cell(c'))
 *
 * A padded step carries h and c unchanged and puts out zero. Without normalizers each of them is the
 * identity. hidden [T, B, H], finalHidden and finalCell [B, H].
 *
 * @see Hochreiter, Schmidhuber 1997; Gers, Schraudolph, Schmidhuber 2002 for the peepholes; the
 *      placements: Laurent et al. 2015, section 4; Cooijmans et al. 2016, equations 6 to 8.
 */
export function lstmScan(options: LstmScanOptions): LstmScanResult {
  const { projected, recurrent, recurrentBias, peepholes, lengths, reverse = false } = options;
  const {
    hiddenToHidden = noStep,
    preActivation = noStep,
    cell: cellNorm = noStep,
  } = options.normalize ?? {};
  const [time, batch, units] = [axis(projected, 0), axis(projected, 1), axis(recurrent, 0)];
  const hiddens = array64([time, batch, units]);
  const cells = array64([time, batch, units]);
  let hidden = options.hidden0;
  let cell = options.cell0;

  for (const t of timeOrder(time, reverse)) {
    const state = hiddenToHidden(product(hidden, recurrent), t, lengths);
    const normalized = preActivation(sum64(stepOf(projected, t), state), t, lengths);
    const z = recurrentBias === undefined ? normalized : addToRows(normalized, recurrentBias);
    const peep = (gate: number, k: number): number =>
      peepholes === undefined ? 0 : at(peepholes, gate, k);

    const nextCell = array64([batch, units]);
    for (let b = 0; b < batch; b++) {
      for (let k = 0; k < units; k++) {
        const c = at(cell, b, k);
        const i = sigmoid(at(z, b, k) + peep(0, k) * c);
        const f = sigmoid(at(z, b, units + k) + peep(1, k) * c);
        const g = Math.tanh(at(z, b, 2 * units + k));
        put(nextCell, isPadded(lengths, t, b) ? c : f * c + i * g, b, k);
      }
    }
    const shown = cellNorm(nextCell, t, lengths);
    const nextHidden = array64([batch, units]);
    for (let b = 0; b < batch; b++) {
      for (let k = 0; k < units; k++) {
        const o = sigmoid(at(z, b, 3 * units + k) + peep(2, k) * at(nextCell, b, k));
        const h = o * Math.tanh(at(shown, b, k));
        put(nextHidden, isPadded(lengths, t, b) ? at(hidden, b, k) : h, b, k);
        put(hiddens, isPadded(lengths, t, b) ? 0 : h, t, b, k);
      }
    }
    hidden = nextHidden;
    cell = nextCell;
    setStep(cells, t, cell);
  }
  return { hidden: hiddens, finalHidden: hidden, finalCell: cell, cell: cells };
}
