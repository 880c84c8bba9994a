import { spawn, spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { basename } from 'node:path';

/**
 * Runs one contestant's process on the first `threads` cores and reads the JSON it prints.
 *
 * @returns what it printed, or `{ failed }` with the last line of its complaint.
 */
export async function measure({ command, args, environment, threads }, cores) {
  const pinned = cores < availableParallelism();
  const [program, ...rest] = pinned
    ? ['taskset', '--cpu-list', `0-${cores - 1}`, command, ...args]
    : [command, ...args];
  const child = spawn(program, rest, {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [out, err, status] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    end(child),
  ]);
  const result = status === 0 ? lastJson(out) : undefined;
  if (result !== undefined) return { ...result, threads };
  return { failed: complaint(err) ?? `ended with status ${status}` };
}

/** The last line that is a JSON object; undefined where there is none. */
export function lastJson(out) {
  const line = out
    .split('\n')
    .reverse()
    .find((each) => each.startsWith('{'));
  return line === undefined ? undefined : JSON.parse(line);
}

/** Runs a helper to its end and gives what it printed. @throws Error with the last line of its complaint. */
export function runQuietly(command, args, input) {
  const { status, stdout, stderr } = spawnSync(command, args, { input, encoding: 'utf8' });
  if (status === 0) return stdout;
  throw new Error(`${basename(args[0])}: ${complaint(stderr) ?? `ended with status ${status}`}`);
}

/** The sentence that says what went wrong: the last line of a complaint that is no hint. */
function complaint(stderr) {
  return stderr
    .split('\n')
    .reverse()
    .find((line) => line.trim() !== '' && !line.startsWith('hint:'));
}

async function text(stream) {
  let all = '';
  stream.setEncoding('utf8');
  for await (const part of stream) all += part;
  return all;
}

function end(child) {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
}
