/**
 * Kills random ranks of training jobs at random moments, and goes on with one rank less each time:
 *
 *     node tools/killRanks.mjs [--chains 10] [--seed 1]
 *
 * A chain trains on 4 ranks, 3, 2 and 1: each of the first three jobs loses one rank to SIGKILL, and the next one goes
 * on with `--resume`. Chains change between words and ragged utterances, and between the MPIs of the machine. A chain
 * must end with every step and every evaluation of a run that was never killed, and with its losses to rounding; every process of a
 * job must be gone within 5 seconds, after one sentence, with a status that is not 0. Writes
 * `docs/results/ranks/kills.md` and `kills.json`, and ends with 1 where anything failed. It takes about 10 minutes on
 * Linux. Needs `npx nx run cli:build`.
 */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { randomStream } from '@bnrnn/core';
import { whole } from './peers/arguments.mjs';
import { machine, root } from './peers/machine.mjs';
import { eventsOf, killJob, run } from './ranks/killJob.mjs';
import { faultsOf, killsPage } from './ranks/killsPage.mjs';
import { writePage } from './writePage.mjs';

const { values: flags } = parseArgs({
  options: { chains: { type: 'string', default: '10' }, seed: { type: 'string', default: '1' } },
});
const chains = whole('chains', flags.chains);
const seed = whole('seed', flags.seed);

/** The ranks of a chain's jobs; all jobs but the last lose one. */
const rankCounts = [4, 3, 2, 1];
/** Of all kills, those before the first step of a job. */
const shareAtStart = 0.2;
const mostSeconds = 5;
/** A chain's losses may be so many times as far from one process as ranks are that were not killed. */
const times = 10;

const folder = mkdtempSync(join(tmpdir(), 'bnrnn-kills-'));

/** Both need moments of the whole batch, and dropout or ragged utterances make the place in it matter. */
const tasks = {
  words: {
    text: '`ptb-small-bn-tiny` with dropout',
    steps: 40,
    args: [
      ...['train', 'ptb-small-bn-tiny', '--data', 'synthetic', '--max-steps', '40'],
      ...['--set', 'model.dropout=0.3', '--set', 'evaluation.maxBatches=5'],
    ],
  },
  speech: {
    text: '`wsj-birnn-bn-tiny` on ragged utterances, with an evaluation after each epoch',
    steps: 36,
    args: [
      ...['train', 'wsj-birnn-bn-tiny', '--epochs', '20', '--max-steps', '36'],
      ...['--train', 'speech/data/train', '--dev', 'speech/data/dev'],
      ...['--alignments', 'speech/exp/ali_train', 'speech/exp/ali_dev'],
      ...['--set', 'model.units=8'],
    ],
  },
};

/** The MPIs that `--ranks` starts jobs with, by the library's name. */
const libraries = ['libmpich.so.12', 'libmpi.so.40'];

const commandOf = (task, out) => [
  ...task.args,
  ...['--set', 'checkpoints.everySteps=5', '--threads', '1', '--out', out],
];

/** A job that was killed before it wrote anything starts anew. */
const goesOn = (out) => (existsSync(join(folder, out, 'config.json')) ? ['--resume'] : []);

/** What a finished run has to have. */
function compare(out, wanted, steps, tolerance = Infinity) {
  const [all, expected] = [out, wanted].map((name) => eventsOf(join(folder, name)));
  const faults = [];
  const of = (events, type) => events.filter((event) => event.type === type);
  const numbers = of(all, 'step').map(({ step }) => step);
  if (numbers.join() !== Array.from({ length: steps }, (_, k) => k + 1).join())
    faults.push(`the steps are ${numbers.join()}`);
  if (of(all, 'warning').length > 0) faults.push(`warnings: ${JSON.stringify(of(all, 'warning'))}`);
  const places = (events) =>
    ['evaluation', 'epoch'].flatMap((type) =>
      of(events, type).map(({ step }) => `${type} ${step}`),
    );
  if (places(all).join() !== places(expected).join())
    faults.push(`it has ${places(all).join()}, expected ${places(expected).join()}`);
  const lossesOf = (events) => [
    ...of(events, 'step').map(({ loss }) => loss),
    ...of(events, 'evaluation').map(({ nllPerUnit }) => nllPerUnit),
    ...of(events, 'epoch').map(({ trainNllPerUnit }) => trainNllPerUnit),
  ];
  const apart = lossesOf(all).map((loss, k) => Math.abs(loss - lossesOf(expected)[k]));
  const largest = Math.max(...apart);
  if (!(largest <= tolerance)) faults.push(`losses differ by ${largest}`);
  return { largest, faults };
}

const names = Object.keys(tasks);
const draws = randomStream('kills', seed).uniform(4 * chains * rankCounts.length, 0, 1);
let drawn = 0;
const next = () => draws[drawn++ % draws.length];

try {
  await run(folder, [
    ...['features', 'synthesize', '--hours', '0.02', '--dev-hours', '0.004', '--columns', '6'],
    ...['--classes', '24', '--phones', '8', '--median-frames', '80', '--jobs', '2'],
    ...['--seed', '5', '--out', 'speech'],
  ]);
  const tolerances = {};
  for (const name of names) {
    await run(folder, commandOf(tasks[name], `${name}-alone`));
    let most = 0;
    for (const ranks of rankCounts.slice(0, -1)) {
      const out = `${name}-${ranks}`;
      await run(folder, [...commandOf(tasks[name], out), '--ranks', `${ranks}`], libraries[0]);
      const { largest, faults } = compare(out, `${name}-alone`, tasks[name].steps);
      if (faults.length > 0)
        throw new Error(`${ranks} ranks that were not killed: ${faults.join()}`);
      most = Math.max(most, largest);
    }
    tolerances[name] = times * most;
  }
  const found = [];
  for (let chain = 0; chain < chains; chain++) {
    const name = names[chain % names.length];
    const library = libraries[(chain >> 1) % libraries.length];
    const task = tasks[name];
    const out = `chain-${chain}`;
    const kills = [];
    for (const [at, ranks] of rankCounts.slice(0, -1).entries()) {
      const isAtStart = next() < shareAtStart;
      // Each job dies in its own part of the run, so that the next one has steps left.
      const step = Math.floor(((at + next()) * (task.steps - 4)) / (rankCounts.length - 1));
      const moment = {
        rank: Math.floor(next() * ranks),
        milliseconds: next() * (isAtStart ? 1500 : 100),
        ...(isAtStart ? {} : { step }),
      };
      const args = [...commandOf(task, out), '--ranks', `${ranks}`, ...goesOn(out)];
      const job = { folder, out, args, ranks, library };
      kills.push(await killJob({ ...job, moment, limit: mostSeconds }));
      process.stderr.write(`${name}, ${library}: ${JSON.stringify(kills.at(-1))}\n`);
    }
    await run(folder, [...commandOf(task, out), ...goesOn(out)]);
    const { largest, faults } = compare(out, `${name}-alone`, task.steps, tolerances[name]);
    found.push({ name, library, kills, largest, faults });
    process.stderr.write(`${name}, ${library}: apart by ${largest}, ${JSON.stringify(faults)}\n`);
    rmSync(join(folder, out), { recursive: true });
  }
  const command = `node tools/killRanks.mjs --chains ${chains} --seed ${seed}`;
  const settings = { command, machine: machine(), tasks, rankCounts, shareAtStart, mostSeconds };
  const page = killsPage({ ...settings, times }, { chains: found, tolerances });
  const results = join(root, 'docs', 'results', 'ranks');
  await writePage(join(results, 'kills.md'), page);
  const json = { command, machine: settings.machine, tolerances, chains: found };
  writeFileSync(join(results, 'kills.json'), `${JSON.stringify(json, null, 1)}\n`);
  process.stdout.write(page);
  if (faultsOf(found).length > 0) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true });
}
