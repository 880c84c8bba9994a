import { spawn } from 'node:child_process';

/** What went wrong in one sentence, and in `hint` what to do about it. */
export class Problem extends Error {
  constructor(sentence, hint, status = 1) {
    super(sentence);
    this.hint = hint;
    /** The exit status: 1 failed, 2 wrong usage. */
    this.status = status;
  }
}

/**
 * Runs a command and returns what it printed.
 *
 * @param what  the step in words, for the sentence when it fails: "npm could not install tfjs-node".
 * @throws Problem with the last lines that the command printed.
 */
export async function run(what, command, args, options = {}) {
  const { code, out, all } = await tryRun(command, args, options);
  if (code === 0) return out;
  const tail = all.trim().split('\n').slice(-12).join('\n');
  throw new Problem(`${what}: \`${[command, ...args].join(' ')}\` ended with ${code}.`, tail);
}

/** Runs a command; `code` is null where it could not be started. */
export function tryRun(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    let all = '';
    child.stdout.on('data', (data) => {
      out += data;
      all += data;
    });
    child.stderr.on('data', (data) => (all += data));
    child.on('error', (error) =>
      resolve({ code: error.code ?? 'ENOENT', out, all: error.message }),
    );
    child.on('close', (code, signal) => resolve({ code: code ?? signal, out, all }));
  });
}
