import { array64, at, axis, put, type Array64 } from '../array64';

/** 1 / (1 + exp(−x)). */
export function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

/** The matrix product of [N, K] and [K, M]: y[n, m] = Σ_k a[n, k] · b[k, m]. */
export function product(a: Array64, b: Array64): Array64 {
  const [rows, inner, columns] = [axis(a, 0), axis(a, 1), axis(b, 1)];
  if (axis(b, 0) !== inner)
    throw new RangeError(`product: [..., ${inner}] by [${b.shape.join()}].`);
  const y = array64([rows, columns]);
  for (let n = 0; n < rows; n++) {
    for (let m = 0; m < columns; m++) {
      let sum = 0;
      for (let k = 0; k < inner; k++) sum += at(a, n, k) * at(b, k, m);
      put(y, sum, n, m);
    }
  }
  return y;
}

/** The product of every frame of x [T, B, I] and a matrix [I, F], plus a bias [F] where one is given. */
export function project(x: Array64, weights: Array64, bias?: Array64): Array64 {
  const [time, batch] = [axis(x, 0), axis(x, 1)];
  const y = array64([time, batch, axis(weights, 1)]);
  for (let t = 0; t < time; t++) {
    const frame = product(stepOf(x, t), weights);
    setStep(y, t, bias === undefined ? frame : addToRows(frame, bias));
  }
  return y;
}

/** [N, F] with a vector [F] added to each row. */
export function addToRows(a: Array64, vector: Array64): Array64 {
  const y = array64(a.shape);
  for (let n = 0; n < axis(a, 0); n++) {
    for (let f = 0; f < axis(a, 1); f++) put(y, at(a, n, f) + at(vector, f), n, f);
  }
  return y;
}

/** The sum of two arrays of one shape. */
export function sum64(a: Array64, b: Array64): Array64 {
  if (a.shape.join() !== b.shape.join()) {
    throw new RangeError(`sum64: [${a.shape.join()}] and [${b.shape.join()}].`);
  }
  return { shape: a.shape, data: a.data.map((value, i) => value + (b.data[i] as number)) };
}

/** A copy of entry t along the first axis: [B, F] of [T, B, F], or [B] of [T, B]. */
export function stepOf(x: Array64, t: number): Array64 {
  const shape = x.shape.slice(1);
  const size = shape.reduce((total, length) => total * length, 1);
  return array64(shape, x.data.subarray(t * size, (t + 1) * size));
}

/** Writes entry t along the first axis. */
export function setStep(x: Array64, t: number, step: Array64): void {
  x.data.set(step.data, t * step.data.length);
}

/** The time indices in the order in which a scan visits them. */
export function timeOrder(time: number, reverse: boolean): number[] {
  const forward = Array.from({ length: time }, (_, t) => t);
  return reverse ? forward.reverse() : forward;
}

/** The real steps of each row of a padded batch; none is padded where undefined. */
export type RowLengths = readonly number[] | undefined;

/** True where a frame is padding: it stands behind the real steps of its row. */
export function isPadded(lengths: RowLengths, t: number, b: number): boolean {
  return lengths !== undefined && t >= (lengths[b] as number);
}

/** The rows of a matrix as columns. */
export function transpose(matrix: Array64): Array64 {
  const [rows, columns] = [axis(matrix, 0), axis(matrix, 1)];
  const turned = array64([columns, rows]);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) put(turned, at(matrix, i, j), j, i);
  return turned;
}

/** A copy of [T, B, F] with zeros where padded. */
export function zeroPadding(x: Array64, lengths: RowLengths): Array64 {
  const [batch, features] = [axis(x, 1), axis(x, 2)];
  return {
    shape: x.shape,
    data: x.data.map((value, i) => {
      const row = Math.floor(i / features);
      return isPadded(lengths, Math.floor(row / batch), row % batch) ? 0 : value;
    }),
  };
}
