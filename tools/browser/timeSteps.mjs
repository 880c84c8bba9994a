/** The median time of a step, in milliseconds: two steps warm up, then steps are timed for so many seconds, fifty at most. */
export async function timeSteps(step, seconds) {
  const begun = performance.now();
  const isLate = () => performance.now() - begun > 1000 * seconds;
  await step();
  if (!isLate()) await step();
  const times = [];
  while (times.length < 1 || (times.length < 50 && !isLate())) {
    const start = performance.now();
    await step();
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  return { stepMilliseconds: times[times.length >> 1], steps: times.length };
}
