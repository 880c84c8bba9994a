/**
 * Times our reader of compressed Kaldi archives and Python's, in turn, and writes a table to docs/results/bench:
 *
 *   node tools/peers/reading.mjs --utterances 1000 --rounds 5
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { refuse, whole } from './arguments.mjs';
import { ensureEnvironment, python } from './environment.mjs';
import { machine } from './machine.mjs';
import { measure, runQuietly } from './measure.mjs';
import { renderReading } from './readingTable.mjs';
import { commandLine, writeResults } from './results.mjs';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const { values } = parseArgs({
  options: {
    utterances: { type: 'string', default: '1000' },
    rounds: { type: 'string', default: '5' },
    name: { type: 'string', default: 'reading' },
  },
});
const rounds = whole('rounds', values.rounds);
whole('utterances', values.utterances);

const script = (reader, file) => ({
  command: python,
  args: [here('read_archive.py'), reader, file],
});
const readers = {
  ours: (file) => ({ command: process.execPath, args: [here('readArchive.mjs'), file, '5'] }),
  'kaldi-native-io': (file) => script('kaldi_native_io', file),
  kaldiio: (file) => script('kaldiio', file),
};

ensureEnvironment();
const folder = mkdtempSync(`${tmpdir()}/bnrnn-reading-`);
try {
  const file = `${folder}/features.ark`;
  runQuietly(python, [here('write_archive.py'), file, '--utterances', values.utterances]);
  const raw = await readInTurn(file);
  checkSums(raw);
  const archive = {
    utterances: Number(values.utterances),
    mebibytes: statSync(file).size / 2 ** 20,
  };
  const run = { command: commandLine(), machine: machine(), rounds, archive, raw };
  await writeResults(values.name, run, renderReading(run));
} finally {
  rmSync(folder, { recursive: true });
}

/** Each round begins with another reader. */
async function readInTurn(file) {
  const names = Object.keys(readers);
  const raw = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < names.length; turn++) {
      const name = names[(turn + round) % names.length];
      const result = await measure({ ...readers[name](file), environment: {}, threads: 1 }, 1);
      if (result.failed !== undefined) refuse(`${name} cannot read the archive: ${result.failed}`);
      raw[name].push(result);
    }
  }
  return raw;
}

/** Every reader must have read the same values. */
function checkSums(raw) {
  const [expected] = raw.ours;
  for (const [name, [{ frames, sum }]] of Object.entries(raw)) {
    if (frames === expected.frames && Math.abs(sum / expected.sum - 1) < 1e-6) continue;
    refuse(
      `${name} read ${frames} frames of sum ${sum}, ours ${expected.frames} of ${expected.sum}`,
    );
  }
}
