import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const stamp = here('.venv/requirements.sha256');

/** The interpreter of the peers' own virtual environment. */
export const python = here('.venv/bin/python');

/** Makes the virtual environment, or makes it anew where the requirements have changed since. */
export function ensureEnvironment() {
  const wanted = createHash('sha256')
    .update(readFileSync(here('requirements.txt')))
    .update(readFileSync(here('constraints.txt')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  rmSync(here('.venv'), { recursive: true, force: true });
  run(process.env.PYTHON ?? 'python3.11', ['-m', 'venv', here('.venv')]);
  const files = ['-r', here('requirements.txt'), '-c', here('constraints.txt')];
  run(python, ['-m', 'pip', 'install', '--quiet', '--no-cache-dir', ...files]);
  writeFileSync(stamp, wanted);
}

function run(command, args) {
  process.stderr.write(`${command.split('/').at(-1)} ${args.slice(0, 3).join(' ')} ...\n`);
  const { status, error } = spawnSync(command, args, { stdio: ['ignore', 2, 2] });
  if (status === 0) return;
  throw new Error(
    `The peers' environment could not be made: ${command} ${error?.message ?? `ended with status ${status}`}. ` +
      'Python 3.11 with venv is needed; PYTHON names another interpreter.',
  );
}
