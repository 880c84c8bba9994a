/**
 * Whether two checkouts compute the same bits: trains models of every cell and placement for some steps on `simd` through
 * the built command line and prints a hash of each tensor of the last checkpoint.
 *
 *   node tools/fingerprint.mjs [--root CHECKOUT] [--steps 50] [--threads 1,2] [--only REGEXP] [--out FILE] [--against FILE]
 *
 * `--against` compares with the file that another checkout's `--out` wrote, names each tensor that differs, and ends with
 * status 1 where one does. Both checkouts have to be built (`nx run-many -t bundle`).
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values: options } = parseArgs({
  options: {
    root: { type: 'string', default: fileURLToPath(new URL('..', import.meta.url)) },
    steps: { type: 'string', default: '50' },
    threads: { type: 'string', default: '1,2' },
    only: { type: 'string', default: '' },
    out: { type: 'string' },
    against: { type: 'string' },
  },
});

const settings = (pairs) => pairs.flatMap((pair) => ['--set', pair]);
const words = ['--data', 'glosses'];
const gru = ['model.cell=gru', 'model.normalize.hiddenToHidden=frame'];

/** A preset and its settings, by name. */
const runs = {
  'ptb-small': ['ptb-small', ...words],
  'ptb-small-bn': ['ptb-small-bn', ...words],
  'ptb-small-bn-sum': ['ptb-small-bn-sum', ...words],
  'ptb-small-cooijmans': ['ptb-small-cooijmans', ...words],
  'ptb-small-layer': ['ptb-small-layer', ...words],
  'ptb-small-rnn-bn': ['ptb-small-rnn-bn', ...words],
  'ptb-medium-tiny': ['ptb-medium-tiny', ...words],
  'ptb-small-tiny, GRU': ['ptb-small-tiny', ...words, ...settings(['model.cell=gru'])],
  'ptb-small-tiny, GRU, BN on U·h': ['ptb-small-tiny', ...words, ...settings(gru)],
  'ptb-small-tiny, RNN': ['ptb-small-rnn-tiny', ...words],
  'ptb-small-tiny, peepholes, two biases': [
    'ptb-small-tiny',
    ...words,
    ...settings(['model.peepholes=all', 'model.biases=2']),
  ],
  'ptb-small-tiny, layer inside': [
    'ptb-small-tiny',
    ...words,
    ...settings(['model.normalize.hiddenToHidden=layer', 'model.normalize.cell=layer']),
  ],
  'wsj-birnn-tiny': ['wsj-birnn-tiny'],
  'wsj-birnn-bn-tiny': ['wsj-birnn-bn-tiny'],
  'wsj-birnn-tiny, frame-wise': [
    'wsj-birnn-tiny',
    ...settings(['model.normalize.inputToHidden=frame']),
  ],
  'wsj-birnn-tiny, BN on the cell': [
    'wsj-birnn-tiny',
    ...settings(['model.normalize.cell=frame', 'normalization.gain=0.1']),
  ],
  'wsj-birnn-tiny, GRU, layer': [
    'wsj-birnn-tiny',
    ...settings(['model.cell=gru', 'model.normalize.inputToHidden=layer']),
  ],
  'wsj-birnn-tiny, RNN': ['wsj-birnn-tiny', ...settings(['model.cell=rnn'])],
};

const folder = mkdtempSync(join(tmpdir(), 'bnrnn-fingerprint-'));

function bnrnn(args) {
  const main = join(options.root, 'packages', 'cli', 'dist', 'main.js');
  const run = spawnSync(process.execPath, [main, ...args], { cwd: folder, encoding: 'utf8' });
  if (run.status !== 0) throw new Error(`bnrnn ${args.join(' ')}\n${run.stdout}${run.stderr}`);
}

let speech;
function speechData() {
  if (speech === undefined) {
    const out = join(folder, 'speech');
    bnrnn(['features', 'synthesize', '--out', out, '--hours', '0.6', '--median-frames', '200']);
    const data = (name) => join(out, 'data', name);
    const [train, dev] = readdirSync(join(out, 'data')).sort().reverse();
    speech = ['--train', data(train), '--dev', data(dev), '--root', out, '--alignments'];
    for (const name of readdirSync(join(out, 'exp'))) speech.push(join(out, 'exp', name));
  }
  return speech;
}

/** SHA-256 of each tensor of the newest checkpoint, by name. */
function digests(run) {
  const checkpoints = join(run, 'checkpoints');
  const newest = readdirSync(checkpoints)
    .filter((name) => name.endsWith('.safetensors'))
    .sort()
    .at(-1);
  const bytes = readFileSync(join(checkpoints, newest));
  const start = 8 + Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString('utf8', 8, start));
  const tensors = Object.entries(header).filter(([name]) => name !== '__metadata__');
  return Object.fromEntries(
    tensors
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(
        ([
          name,
          {
            data_offsets: [from, to],
          },
        ]) => {
          const values = bytes.subarray(start + from, start + to);
          return [name, createHash('sha256').update(values).digest('hex').slice(0, 16)];
        },
      ),
  );
}

function fingerprint() {
  const found = {};
  const only = new RegExp(options.only);
  for (const threads of options.threads.split(',')) {
    for (const [name, args] of Object.entries(runs)) {
      const title = `${name} | ${threads} threads | ${options.steps} steps`;
      if (!only.test(title)) continue;
      const out = join(folder, 'run');
      const given = ['--backend', 'simd', '--threads', threads, '--max-steps', options.steps];
      const data = args[0].startsWith('wsj') ? speechData() : [];
      const quick = ['evaluation.maxBatches=1', ...(data.length > 0 ? ['data.batch=4'] : [])];
      const [preset, ...rest] = args;
      bnrnn([...['train', preset, ...given, ...rest, ...data, '--out', out], ...settings(quick)]);
      found[title] = digests(out);
      rmSync(out, { recursive: true });
      const all = createHash('sha256').update(JSON.stringify(found[title])).digest('hex');
      process.stdout.write(`${all.slice(0, 16)}  ${title}\n`);
    }
  }
  return found;
}

/** The number of tensors that are not the same in both; each is named. */
function compare(now, before) {
  let different = 0;
  for (const [title, tensors] of Object.entries(now)) {
    for (const name of new Set([...Object.keys(tensors), ...Object.keys(before[title] ?? {})])) {
      if (tensors[name] === before[title]?.[name]) continue;
      process.stdout.write(`differs: ${title}: ${name}\n`);
      different++;
    }
  }
  process.stdout.write(`${different} tensors differ\n`);
  return different;
}

try {
  const found = fingerprint();
  if (options.out !== undefined) writeFileSync(options.out, JSON.stringify(found, null, 1));
  if (options.against !== undefined) {
    const before = JSON.parse(readFileSync(options.against, 'utf8'));
    process.exitCode = compare(found, before) === 0 ? 0 : 1;
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
