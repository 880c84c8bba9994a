// Softmax cross entropy on rows of logits.
import { exp4, load4, store4, sum4 } from './math';

/**
 * Turns each row of logits into probabilities in place and writes its cross entropy in nats.
 *
 * nats[row] = weight · (log Σ exp(z - max) + max - z[label]); `weights` is 0 for all ones, `bias` [columns] is
 * added to the logits first (0 for none).
 */
export function softmaxRows(
  logits: usize, bias: usize, labels: usize, weights: usize, nats: usize, rows: i32, columns: i32,
): void {
  for (let row = 0; row < rows; row++) {
    const z = logits + ((<usize>row * <usize>columns) << 2);
    let top = f32x4.splat(-Infinity);
    let column = 0;
    for (; column + 4 <= columns; column += 4) {
      const at: usize = (<usize>column) << 2;
      let x = v128.load(z + at);
      if (bias != 0) {
        x = f32x4.add(x, v128.load(bias + at));
        v128.store(z + at, x);
      }
      top = f32x4.max(top, x);
    }
    let max = Mathf.max(
      Mathf.max(f32x4.extract_lane(top, 0), f32x4.extract_lane(top, 1)),
      Mathf.max(f32x4.extract_lane(top, 2), f32x4.extract_lane(top, 3)),
    );
    for (; column < columns; column++) {
      const at: usize = (<usize>column) << 2;
      let x = load<f32>(z + at);
      if (bias != 0) {
        x += load<f32>(bias + at);
        store<f32>(z + at, x);
      }
      max = Mathf.max(max, x);
    }
    const label: usize = (<usize>load<i32>(labels + ((<usize>row) << 2))) << 2;
    const chosen = load<f32>(z + label);
    const shift = f32x4.splat(max);
    // Partial sums of 64 lanes' worth go to float64: 10,000 float32 additions would lose three digits.
    let total: f64 = 0;
    let partial = f32x4.splat(0);
    let since = 0;
    for (column = 0; column < columns; column += 4) {
      const count = columns - column;
      const at: usize = (<usize>column) << 2;
      let e = exp4(f32x4.sub(load4(z + at, count), shift));
      if (count < 4) e = clearFrom(e, count);
      store4(z + at, e, count);
      partial = f32x4.add(partial, e);
      if (++since == 64) {
        total += <f64>sum4(partial);
        partial = f32x4.splat(0);
        since = 0;
      }
    }
    total += <f64>sum4(partial);
    const scale = f32x4.splat(<f32>(1.0 / total));
    for (column = 0; column < columns; column += 4) {
      const count = columns - column;
      const at: usize = (<usize>column) << 2;
      store4(z + at, f32x4.mul(load4(z + at, count), scale), count);
    }
    const weight: f32 = weights == 0 ? 1 : load<f32>(weights + ((<usize>row) << 2));
    store<f32>(nats + ((<usize>row) << 2), weight * <f32>(Math.log(total) + <f64>(max - chosen)));
  }
}

/** Turns probabilities into the gradient of the logits in place: scale · weight · dy · (p - 1[label]). */
export function softmaxGradientRows(
  probabilities: usize, labels: usize, weights: usize, dNats: usize, rows: i32, columns: i32,
): void {
  for (let row = 0; row < rows; row++) {
    const z = probabilities + ((<usize>row * <usize>columns) << 2);
    const weight: f32 = weights == 0 ? 1 : load<f32>(weights + ((<usize>row) << 2));
    const factor: f32 = weight * (dNats == 0 ? 1 : load<f32>(dNats + ((<usize>row) << 2)));
    const label: usize = (<usize>load<i32>(labels + ((<usize>row) << 2))) << 2;
    store<f32>(z + label, load<f32>(z + label) - 1);
    if (factor == 1) continue;
    const scale = f32x4.splat(factor);
    for (let column = 0; column < columns; column += 4) {
      const count = columns - column;
      const at: usize = (<usize>column) << 2;
      store4(z + at, f32x4.mul(load4(z + at, count), scale), count);
    }
  }
}

// @ts-ignore: decorator
@inline
function clearFrom(x: v128, count: i32): v128 {
  x = f32x4.replace_lane(x, 3, 0);
  if (count < 3) x = f32x4.replace_lane(x, 2, 0);
  if (count < 2) x = f32x4.replace_lane(x, 1, 0);
  return x;
}
