/** The least-squares line through points: seconds = fixed + each · batch. */
export function fitLine(points) {
  const n = points.length;
  const mean = (of) => points.reduce((sum, point) => sum + of(point), 0) / n;
  const [x, y] = [mean(({ batch }) => batch), mean(({ seconds }) => seconds)];
  const spread = mean(({ batch }) => (batch - x) ** 2);
  const each = mean(({ batch, seconds }) => (batch - x) * (seconds - y)) / spread;
  return { fixed: Math.max(0, y - each * x), each };
}

/**
 * Seconds of one step on so many ranks, each with so many rows.
 *
 * @param fit         seconds: `fixed`, and `each` row.
 * @param parameters  how many numbers are summed.
 * @param meetings    small sums of statistics in a step.
 * @param network     `latency` in seconds, `bandwidth` in bytes a second.
 */
export function stepOf({ fit, parameters, meetings, ranks, rows, network }) {
  const bytes = parameters * 4;
  const ring =
    ((2 * (ranks - 1)) / ranks) * (bytes / network.bandwidth) + 2 * (ranks - 1) * network.latency;
  const small = meetings * 2 * Math.ceil(Math.log2(ranks)) * network.latency;
  return fit.fixed + rows * fit.each + ring + small;
}
