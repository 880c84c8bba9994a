import { array64, at, axis, put, type Array64 } from '../array64';
import { addToRows, isPadded, product, sigmoid, timeOrder, type RowLengths } from './arithmetic';
import { noStep, type StepNormalizer } from './stepNormalizer';

export interface GruScanOptions {
  /** [T, B, 3H], gates in the order r, z, n. */
  projected: Array64;
  /** [H, 3H]. */
  recurrent: Array64;
  /** [3H]. */
  recurrentBias?: Array64 | undefined;
  /** [B, H]. */
  hidden0: Array64;
  /** Real steps of each row. */
  lengths?: RowLengths;
  reverse?: boolean | undefined;
  normalize?: { hiddenToHidden?: StepNormalizer | undefined };
}

export interface GruScanResult {
  hidden: Array64;
  finalHidden: Array64;
}

/**
 * The gated recurrent unit over time, in PyTorch's form: the reset gate acts after the product. Without a normalizer
 * hiddenToHidden is the identity.
 *
 *   s = hiddenToHidden(h·U) + recurrentBias
 *   r = σ(x_r + s_r)    z = σ(x_z + s_z)    n = tanh(x_n + r·s_n)    h' = (1 − z)·n + z·h
 *
 * A padded step carries h unchanged and puts out zero. hidden [T, B, H], finalHidden [B, H].
 *
 * @see Cho et al. 2014; the equations of PyTorch's nn.GRU.
 */
export function gruScan(options: GruScanOptions): GruScanResult {
  const { projected, recurrent, recurrentBias, lengths, reverse = false } = options;
  const { hiddenToHidden = noStep } = options.normalize ?? {};
  const [time, batch, units] = [axis(projected, 0), axis(projected, 1), axis(recurrent, 0)];
  const hiddens = array64([time, batch, units]);
  let hidden = options.hidden0;

  for (const t of timeOrder(time, reverse)) {
    const state = hiddenToHidden(product(hidden, recurrent), t, lengths);
    const s = recurrentBias === undefined ? state : addToRows(state, recurrentBias);
    const next = array64([batch, units]);
    for (let b = 0; b < batch; b++) {
      for (let k = 0; k < units; k++) {
        const r = sigmoid(at(projected, t, b, k) + at(s, b, k));
        const z = sigmoid(at(projected, t, b, units + k) + at(s, b, units + k));
        const n = Math.tanh(at(projected, t, b, 2 * units + k) + r * at(s, b, 2 * units + k));
        const h = (1 - z) * n + z * at(hidden, b, k);
        put(next, isPadded(lengths, t, b) ? at(hidden, b, k) : h, b, k);
        put(hiddens, isPadded(lengths, t, b) ? 0 : h, t, b, k);
      }
    }
    hidden = next;
  }
  return { hidden: hiddens, finalHidden: hidden };
}
