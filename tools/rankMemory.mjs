/**
 * The memory of one process and of two ranks that train from a small and from a large archive:
 *
 *     node tools/rankMemory.mjs [--hours 15,152] [--steps 4] [--scratch FOLDER]
 *
 * Writes synthetic archives of so many hours, 33 MB each, to a temporary folder (in FOLDER, which needs 6 GB), trains
 * `wsj-birnn-bn` for some steps from each, and writes `docs/results/ranks/memory.md` and `memory.json`. Linux only. It
 * takes about 15 minutes. Needs `npx nx run cli:bundle`.
 */
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { synthesizeSpeech } from '@bnrnn/data-wsj-features/node';
import { whole } from './peers/arguments.mjs';
import { machine, machineLine, root } from './peers/machine.mjs';
import { commandLine, tableRow } from './peers/results.mjs';
import { watchMemory } from './ranks/watchMemory.mjs';
import { writePage } from './writePage.mjs';

const { values: flags } = parseArgs({
  options: {
    hours: { type: 'string', default: '15,152' },
    steps: { type: 'string', default: '4' },
    scratch: { type: 'string', default: tmpdir() },
  },
});
const steps = whole('steps', flags.steps);
const medianFrames = 500;

const folder = mkdtempSync(join(flags.scratch, 'bnrnn-memory-'));
try {
  const measured = [];
  for (const text of flags.hours.split(',')) {
    const hours = whole('hours', text);
    const data = join(folder, 'data');
    const { frames, utterances } = await synthesizeSpeech(data, {
      ...{ hours, medianFrames, devHours: 0.05, seed: 1 },
    });
    const bytes = readdirSync(join(data, 'fbank'))
      .map((name) => statSync(join(data, 'fbank', name)).size)
      .reduce((sum, size) => sum + size, 0);
    process.stderr.write(`${hours} hours: ${(bytes / 1e9).toFixed(2)} GB\n`);
    const alone = await trainOn(data, 1);
    const ranks = await trainOn(data, 2);
    measured.push({
      hours,
      bytes,
      frames: frames.train,
      utterances: utterances.train,
      alone,
      ranks,
    });
    rmSync(data, { recursive: true });
  }
  await report(measured);
} finally {
  rmSync(folder, { recursive: true });
}

/** Trains on so many processes; what each held. */
function trainOn(data, count) {
  const out = join(folder, 'run');
  const args = [
    ...['train', 'wsj-birnn-bn', '--backend', 'simd', '--threads', '1', '--max-steps', `${steps}`],
    ...['--train', join(data, 'data', 'train'), '--dev', join(data, 'data', 'dev')],
    ...['--alignments', join(data, 'exp', 'ali_train'), join(data, 'exp', 'ali_dev')],
    ...[
      '--set',
      'evaluation.maxBatches=1',
      '--set',
      'evaluation.recalibrationBatches=1',
      '--out',
      out,
    ],
    ...(count === 1 ? [] : ['--ranks', `${count}`]),
  ];
  return watchMemory(folder, out, args, count);
}

async function report(measured) {
  const where = machine();
  const mib = (value) => Math.round(value).toLocaleString('en-US');
  const count = (value) => value.toLocaleString('en-US');
  const rows = measured.flatMap(({ bytes, utterances, frames, alone, ranks }) =>
    [...alone, ...ranks].map(({ openedMiB, mostMiB }, k) =>
      tableRow([
        `${(bytes / 1e9).toFixed(2)} GB`,
        ...[count(utterances), count(frames)],
        k < alone.length ? 'one process' : `rank ${k - alone.length} of ${ranks.length}`,
        ...[mib(openedMiB), mib(mostMiB)],
      ]),
    ),
  );
  const page = `# The memory of ranks beside the size of an archive

\`${commandLine()}\` wrote this page at commit ${where.commit}. ${machineLine(where)}

One process, and two ranks, of one thread each train \`wsj-birnn-bn\` for ${steps} steps from synthetic archives
of float features. Each rank reads its own half of a batch's utterances. It holds the index of all
utterances and the targets of their frames, and no features but those of a few batches. Numbers are
resident sets.

${tableRow(['archive', 'utterances', 'frames', 'process', 'after the first step, MiB', 'peak, MiB'])}
${tableRow(['--:', '--:', '--:', '---', '--:', '--:'])}
${rows.join('\n')}

The peak is that of the longest batch so far, and differs with the utterances that were drawn.
`;
  const results = join(root, 'docs', 'results', 'ranks');
  await writePage(join(results, 'memory.md'), page);
  const json = { command: commandLine(), machine: where, measured };
  writeFileSync(join(results, 'memory.json'), `${JSON.stringify(json, null, 1)}\n`);
  process.stdout.write(page);
}
