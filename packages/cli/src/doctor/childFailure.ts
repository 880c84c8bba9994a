/**
 * Why a process of this program gave no answer: the sentence that it said on standard error, which says more than that
 * its command failed.
 *
 * @param error    what `execFile` rejected with, or what its answer was refused with.
 * @param timeout  milliseconds that it had.
 */
export function childFailure(error: unknown, timeout: number): string {
  const { stderr = '', killed = false } = error as { stderr?: string; killed?: boolean };
  if (killed) return `it did not end within ${timeout / 1000} s`;
  const said = stderr.split('\n').find((line) => line.startsWith('bnrnn: '));
  if (said !== undefined) return said.slice('bnrnn: '.length);
  const message = error instanceof Error ? error.message : String(error);
  const lines = [message, ...stderr.trimEnd().split('\n').slice(-1)];
  return lines
    .map((text) => text.split('\n')[0] ?? '')
    .join(' ')
    .trim();
}
