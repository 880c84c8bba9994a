/**
 * `npm run -s bnrnn -- ARGS`: builds what is stale, then runs the command line from its built files.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { tfjsNodeFolder } from './tfjsNodeFolder.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const nx = fileURLToPath(new URL('../node_modules/nx/dist/bin/nx.js', import.meta.url));

const build = spawnSync(
  process.execPath,
  [nx, 'run-many', '-t', 'bundle', '-p', '@bnrnn/cli', '--outputStyle=static'],
  { cwd: root, encoding: 'utf8', env: { ...process.env, NX_DAEMON: 'false', NX_TUI: 'false' } },
);
if (build.status !== 0) {
  process.stderr.write(`${build.stdout}${build.stderr}\nThe build failed; see above.\n`);
  process.exit(1);
}

const built = tfjsNodeFolder();
if (built !== null) process.env['BNRNN_TFJS_NODE'] = built;

await import('../packages/cli/dist/main.js');
