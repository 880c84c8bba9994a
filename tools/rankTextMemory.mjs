/**
 * The memory of one process and of two ranks that train from texts of several lengths:
 *
 *     node tools/rankTextMemory.mjs [--words 0.1,8,80] [--steps 4] [--scratch FOLDER]
 *
 * Writes made texts of so many million words to a temporary folder (in FOLDER, which needs 0.6 GB), trains
 * `ptb-small-tiny` for some steps from each, and writes `docs/results/ranks/text-memory.md` and `.json`. Linux only. It
 * takes about five minutes. Needs `npx nx run cli:bundle`.
 */
import {
  closeSync,
  mkdtempSync,
  openSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { randomStream } from '@bnrnn/core';
import { refuse, whole } from './peers/arguments.mjs';
import { machine, machineLine, root } from './peers/machine.mjs';
import { commandLine, tableRow } from './peers/results.mjs';
import { watchMemory } from './ranks/watchMemory.mjs';
import { writePage } from './writePage.mjs';

const { values: flags } = parseArgs({
  options: {
    words: { type: 'string', default: '0.1,8,80' },
    steps: { type: 'string', default: '4' },
    scratch: { type: 'string', default: tmpdir() },
  },
});
const steps = whole('steps', flags.steps);
const sizes = flags.words.split(',').map(Number);
if (!sizes.every((millions) => millions > 0))
  refuse(`--words is ${flags.words}, expected millions`);

const types = 10_000;
const heldOut = 50_000;
const lineLength = 20;

const folder = mkdtempSync(join(flags.scratch, 'bnrnn-memory-'));
try {
  const measured = [];
  for (const millions of sizes) {
    const words = Math.round(1e6 * millions);
    writeText('train', words);
    for (const split of ['valid', 'test']) writeText(split, heldOut);
    const { size: bytes } = statSync(join(folder, 'train.txt'));
    process.stderr.write(`${millions} million words\n`);
    const alone = await trainOn(1);
    const ranks = await trainOn(2);
    measured.push({ words, bytes, alone, ranks });
  }
  await report(measured);
} finally {
  rmSync(folder, { recursive: true });
}

/** Every type once, then more of them, the lower ones more often. */
function writeText(split, words) {
  const file = openSync(join(folder, `${split}.txt`), 'w');
  const atOnce = 100_000;
  for (let start = 0; start < words; start += atOnce) {
    const count = Math.min(atOnce, words - start);
    const draws = randomStream(`memory.${split}`, 0).uniform(count, 0, 1, start / atOnce);
    const parts = Array.from(draws, (draw, i) => {
      const type = start + i < types ? start + i : Math.floor(types ** draw) - 1;
      return `w${type}${(start + i) % lineLength === lineLength - 1 ? '\n' : ' '}`;
    });
    writeSync(file, parts.join(''));
  }
  closeSync(file);
}

/** Trains on so many processes; what each held. */
function trainOn(count) {
  const out = join(folder, 'run');
  const args = [
    ...['train', 'ptb-small-tiny', '--data', folder, '--backend', 'simd', '--threads', '1'],
    ...['--max-steps', `${steps}`, '--set', 'evaluation.maxBatches=1', '--out', out],
    ...(count === 1 ? [] : ['--ranks', `${count}`]),
  ];
  return watchMemory(folder, out, args, count);
}

async function report(measured) {
  const where = machine();
  const mib = (value) => Math.round(value).toLocaleString('en-US');
  const rows = measured.flatMap(({ words, bytes, alone, ranks }) =>
    [...alone, ...ranks].map(({ openedMiB, mostMiB }, k) =>
      tableRow([
        words.toLocaleString('en-US'),
        mib(bytes / 2 ** 20),
        k < alone.length ? 'one process' : `rank ${k - alone.length} of ${ranks.length}`,
        ...[mib(openedMiB), mib(mostMiB)],
      ]),
    ),
  );
  const page = `# The memory of ranks beside the length of a text

\`${commandLine()}\` wrote this page at commit ${where.commit}. ${machineLine(where)}

One process, and two ranks, of one thread each train \`ptb-small-tiny\` for ${steps} steps from made texts of
${types.toLocaleString('en-US')} types. Each process reads the text once for vocabulary, counts and digest, and then the
parts of its own streams. Numbers are resident sets.

${tableRow(['words', 'text, MiB', 'process', 'at the start, MiB', 'peak, MiB'])}
${tableRow(['--:', '--:', '---', '--:', '--:'])}
${rows.join('\n')}
`;
  const results = join(root, 'docs', 'results', 'ranks');
  await writePage(join(results, 'text-memory.md'), page);
  const json = { command: commandLine(), machine: where, measured };
  writeFileSync(join(results, 'text-memory.json'), `${JSON.stringify(json, null, 1)}\n`);
  process.stdout.write(page);
}
