import { array64, at, axis, put, type Array64 } from '../array64';
import {
  addToRows,
  isPadded,
  product,
  stepOf,
  sum64,
  timeOrder,
  type RowLengths,
} from './arithmetic';
import { noStep, type StepNormalizer } from './stepNormalizer';

export interface RnnScanOptions {
  /** [T, B, H]. */
  projected: Array64;
  /** [H, H]. */
  recurrent: Array64;
  /** [H]. */
  recurrentBias?: Array64 | undefined;
  /** [B, H]. */
  hidden0: Array64;
  /** Real steps of each row. */
  lengths?: RowLengths;
  reverse?: boolean | undefined;
  activation: 'tanh' | 'relu';
  normalize?: {
    hiddenToHidden?: StepNormalizer | undefined;
    preActivation?: StepNormalizer | undefined;
  };
}

export interface RnnScanResult {
  hidden: Array64;
  finalHidden: Array64;
}

/**
 * The vanilla recurrent network over time, with optional normalizers inside the recurrence.
 *
 *   h' = activation(preActivation(projected[t] + hiddenToHidden(h·U)) + recurrentBias)
 *
 * A padded step carries h unchanged and puts out zero. hidden [T, B, H], finalHidden [B, H].
 *
 * @see Elman 1990; Laurent et al. 2015, equations 1 and 5.
 */
export function rnnScan(options: RnnScanOptions): RnnScanResult {
  const { projected, recurrent, recurrentBias, lengths, reverse = false, activation } = options;
  const { hiddenToHidden = noStep, preActivation = noStep } = options.normalize ?? {};
  const [time, batch, units] = [axis(projected, 0), axis(projected, 1), axis(recurrent, 0)];
  const hiddens = array64([time, batch, units]);
  let hidden = options.hidden0;

  for (const t of timeOrder(time, reverse)) {
    const state = hiddenToHidden(product(hidden, recurrent), t, lengths);
    const normalized = preActivation(sum64(stepOf(projected, t), state), t, lengths);
    const z = recurrentBias === undefined ? normalized : addToRows(normalized, recurrentBias);
    const next = array64([batch, units]);
    for (let b = 0; b < batch; b++) {
      for (let k = 0; k < units; k++) {
        const h = activation === 'tanh' ? Math.tanh(at(z, b, k)) : Math.max(0, at(z, b, k));
        put(next, isPadded(lengths, t, b) ? at(hidden, b, k) : h, b, k);
        put(hiddens, isPadded(lengths, t, b) ? 0 : h, t, b, k);
      }
    }
    hidden = next;
  }
  return { hidden: hiddens, finalHidden: hidden };
}
