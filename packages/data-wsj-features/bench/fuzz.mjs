// Changes well-formed Kaldi files at random and reads them, for longer than the test suite does:
//   node packages/data-wsj-features/bench/fuzz.mjs --minutes 10 --seed 1
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string', default: '1' },
  },
});
const { status } = spawnSync('npx', ['vitest', 'run', 'test/fuzz.test.ts', '--reporter=verbose'], {
  cwd: fileURLToPath(new URL('..', import.meta.url)),
  stdio: 'inherit',
  env: { ...process.env, BNRNN_FUZZ_MINUTES: values.minutes, BNRNN_FUZZ_SEED: values.seed },
});
process.exitCode = status ?? 1;
