/** The exponent of milliseconds = c · size^exponent, by least squares on the logarithms. */
export function fitExponent(sizes, milliseconds) {
  if (sizes.length < 2) return null;
  const xs = sizes.map(Math.log);
  const ys = milliseconds.map(Math.log);
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanX, meanY] = [mean(xs), mean(ys)];
  const covariance = xs.reduce((sum, x, i) => sum + (x - meanX) * (ys[i] - meanY), 0);
  return covariance / xs.reduce((sum, x) => sum + (x - meanX) ** 2, 0);
}
