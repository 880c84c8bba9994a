// What ranks sum of their rows, as float64. Pointers of `sums` are to float64 [features], all others to float32.

/** Σ x and Σ x² of `count` rows with these moments, of the features [start, end). */
export function momentSums(
  mean: usize, variance: usize, count: i32, sums: usize, squares: usize, start: i32, end: i32,
): void {
  const n = <f64>count;
  for (let feature = start; feature < end; feature++) {
    const m = numberAt(mean, feature);
    put(sums, feature, n * m);
    put(squares, feature, n * (numberAt(variance, feature) + m * m));
  }
}

/** The moments of `count` rows with these sums; zeros where there is none. */
export function momentsOfSums(
  sums: usize, squares: usize, count: i32, mean: usize, variance: usize, start: i32, end: i32,
): void {
  const n = <f64>max(count, 1);
  for (let feature = start; feature < end; feature++) {
    const m = sumAt(sums, feature) / n;
    round(mean, feature, m);
    round(variance, feature, max(sumAt(squares, feature) / n - m * m, 0));
  }
}

/** x as float64. */
export function widen(x: usize, sums: usize, start: i32, end: i32): void {
  for (let feature = start; feature < end; feature++) put(sums, feature, numberAt(x, feature));
}

/** Sums as float32. */
export function narrow(sums: usize, out: usize, start: i32, end: i32): void {
  for (let feature = start; feature < end; feature++) round(out, feature, sumAt(sums, feature));
}

// @ts-ignore: decorator
@inline
function numberAt(x: usize, feature: i32): f64 {
  return <f64>load<f32>(x + ((<usize>feature) << 2));
}

// @ts-ignore: decorator
@inline
function sumAt(sums: usize, feature: i32): f64 {
  return load<f64>(sums + ((<usize>feature) << 3));
}

// @ts-ignore: decorator
@inline
function put(sums: usize, feature: i32, value: f64): void {
  store<f64>(sums + ((<usize>feature) << 3), value);
}

// @ts-ignore: decorator
@inline
function round(out: usize, feature: i32, value: f64): void {
  store<f32>(out + ((<usize>feature) << 2), <f32>value);
}
