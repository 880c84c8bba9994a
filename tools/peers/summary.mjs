/** The median of some numbers. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The median, the least and the most of some numbers. */
export function spread(values) {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}

/**
 * What a contestant's rounds say beside ours: step times, their ratio to our step of the same round (above one:
 * ours is faster), peak memory.
 *
 * @param rounds  results by round; undefined where the contestant sat out.
 * @param ours    our results by round.
 */
export function summarize(rounds, ours) {
  const done = rounds.flatMap((result, round) =>
    result === undefined || 'failed' in result ? [] : [{ result, round }],
  );
  const failed = rounds.find((result) => result !== undefined && 'failed' in result)?.failed;
  if (done.length === 0) return { failed: failed ?? 'not run' };
  const ratios = done.flatMap(({ result, round }) => {
    const step = ours[round]?.stepMilliseconds;
    return step === undefined ? [] : [result.stepMilliseconds / step];
  });
  const [{ result }] = done;
  return {
    rounds: done.length,
    stepMilliseconds: spread(done.map(({ result: each }) => each.stepMilliseconds)),
    unitsPerSecond: median(done.map(({ result: each }) => each.unitsPerSecond)),
    ...(ratios.length > 0 && { ratio: spread(ratios) }),
    peakRssMiB: Math.max(...done.map(({ result: each }) => each.peakRssMiB)),
    ...(result.importRssMiB !== undefined && { importRssMiB: result.importRssMiB }),
    threads: result.threads,
    ...(result.versions !== undefined && { versions: result.versions }),
    ...(result.blas !== undefined && { blas: result.blas }),
    ...(result.efficiency !== undefined && {
      efficiency: median(done.map(({ result: each }) => each.efficiency)),
      matmulBoundMilliseconds: median(done.map(({ result: each }) => each.matmulBoundMilliseconds)),
    }),
    ...(failed !== undefined && { failed }),
  };
}
