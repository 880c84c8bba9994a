import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));

/** The interpreter of the peers' own virtual environment. */
export const python = here('.venv/bin/python');

/** Makes the virtual environment, and installs tfjs's layers, where they are not there or what they hold has changed. */
export function ensureEnvironment() {
  ensure('.venv/requirements.sha256', ['requirements.txt', 'constraints.txt'], makePython);
  ensure('tfjs-layers/node_modules/lock.sha256', ['tfjs-layers/package-lock.json'], () =>
    run('npm', ['ci', '--ignore-scripts', '--prefix', here('tfjs-layers')], 'npm is needed.'),
  );
}

/** Runs `make` unless the stamp says that it was run with these files. */
function ensure(stamp, files, make) {
  const hash = createHash('sha256');
  for (const file of files) hash.update(readFileSync(here(file)));
  const wanted = hash.digest('hex');
  if (existsSync(here(stamp)) && readFileSync(here(stamp), 'utf8') === wanted) return;
  make();
  writeFileSync(here(stamp), wanted);
}

function makePython() {
  const hint = 'Python 3.11 with venv is needed; PYTHON names another interpreter.';
  rmSync(here('.venv'), { recursive: true, force: true });
  run(process.env.PYTHON ?? 'python3.11', ['-m', 'venv', here('.venv')], hint);
  const files = ['-r', here('requirements.txt'), '-c', here('constraints.txt')];
  run(python, ['-m', 'pip', 'install', '--quiet', '--no-cache-dir', ...files], hint);
}

function run(command, args, hint) {
  process.stderr.write(`${command.split('/').at(-1)} ${args.slice(0, 3).join(' ')} ...\n`);
  const { status, error } = spawnSync(command, args, { stdio: ['ignore', 2, 2] });
  if (status === 0) return;
  throw new Error(
    `The peers' environment could not be made: ${command} ${error?.message ?? `ended with status ${status}`}. ${hint}`,
  );
}
