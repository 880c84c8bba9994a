/**
 * The median time of a step, in milliseconds. Steps warm up for a third of so many seconds, two at least, because
 * browsers compile what has run often; then steps are timed for the rest, fifty at most.
 */
export async function timeSteps(step, seconds) {
  const begun = performance.now();
  const isLate = (share) => performance.now() - begun > 1000 * seconds * share;
  let warmed = 0;
  while (warmed < 2 ? warmed < 1 || !isLate(1) : !isLate(1 / 3)) {
    await step();
    warmed++;
  }
  const times = [];
  while (times.length < 1 || (times.length < 50 && !isLate(1))) {
    const start = performance.now();
    await step();
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  return { stepMilliseconds: times[times.length >> 1], steps: times.length };
}
