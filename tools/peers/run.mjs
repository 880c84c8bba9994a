/**
 * Times our training steps and the peers', in turn on the same cores, and writes a table to docs/results/bench, one for each
 * model of a processor; presets that are not measured this time stay as they are:
 *
 *   node tools/peers/run.mjs --presets ptb-small,ptb-small-bn --rounds 5 --threads 2
 */
import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { checkAgreement } from './agreement.mjs';
import { refuse, whole } from './arguments.mjs';
import { contestants } from './contestants.mjs';
import { ensureEnvironment } from './environment.mjs';
import { machine, root } from './machine.mjs';
import { measure } from './measure.mjs';
import { notes } from './notes.mjs';
import { commandLine, nameOfProcessor, readResults, writeResults } from './results.mjs';
import { summarize } from './summary.mjs';
import { renderTables } from './table.mjs';

const say = (text) => process.stderr.write(`${text}\n`);

const { values } = parseArgs({
  options: {
    presets: { type: 'string', default: 'ptb-small,ptb-small-bn' },
    peers: { type: 'string', default: Object.keys(contestants).join(',') },
    rounds: { type: 'string', default: '5' },
    threads: { type: 'string', default: String(availableParallelism()) },
    batch: { type: 'string' },
    frames: { type: 'string', default: '300' },
    name: { type: 'string' },
    'no-check': { type: 'boolean', default: false },
    'no-build': { type: 'boolean', default: false },
  },
});
const settings = {
  presets: values.presets.split(','),
  peers: [...new Set(['ours', ...values.peers.split(',')])],
  rounds: whole('rounds', values.rounds),
  threads: whole('threads', values.threads),
  batch: values.batch === undefined ? undefined : whole('batch', values.batch),
  frames: whole('frames', values.frames),
};
const strange = settings.presets.filter(
  (name) => !/^(ptb-(small|medium|large)|wsj-birnn)(-bn)?$/.test(name),
);
if (strange.length > 0) {
  refuse(
    `${strange.join(', ')}: expected ptb-small, ptb-medium, ptb-large or wsj-birnn, each also with -bn`,
  );
}
const unknown = settings.peers.filter((name) => !(name in contestants));
if (unknown.length > 0) refuse(`no peer is called ${unknown.join(', ')}`);

ensureEnvironment();
if (!values['no-build']) build();
const chosen = Object.fromEntries(settings.peers.map((name) => [name, contestants[name]]));
if (!values['no-check']) say('Comparing losses ...');
const agreement = values['no-check'] ? {} : await checkAgreement(chosen);
const here = machine();
const name = values.name ?? nameOfProcessor(here.cpu);
for (const preset of settings.presets) {
  const measured = await measurePreset(preset);
  const before = readResults(name);
  const presets = before?.machine.cpu === here.cpu ? before.presets : {};
  const run = { machine: here, presets: { ...presets, [preset]: measured }, notes };
  await writeResults(name, run, renderTables(run));
}

/** All rounds of a preset; each round begins with another contestant. */
async function measurePreset(preset) {
  const { batch, frames, threads, rounds } = settings;
  const names = settings.peers.filter((name) => contestants[name].fits(preset));
  const raw = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < names.length; turn++) {
      const name = names[(turn + round) % names.length];
      const { start, rounds: most = Infinity } = contestants[name];
      if (round >= most) continue;
      const result = await measure(start({ preset, batch, frames, threads }), threads);
      raw[name][round] = result;
      const outcome = result.failed ?? `${result.stepMilliseconds.toFixed(1)} ms`;
      say(`${preset} round ${round + 1} ${name}: ${outcome}`);
    }
  }
  const results = Object.fromEntries(names.map((name) => [name, summarize(raw[name], raw.ours)]));
  return {
    ...{ size: sizeLine(preset), command: commandLine(), commit: here.commit, node: here.node },
    ...{ rounds, threads, agreement, results, raw },
  };
}

function sizeLine(preset) {
  if (preset.startsWith('wsj-'))
    return `${settings.batch ?? 24} utterances of ${settings.frames} frames`;
  const time = preset.startsWith('ptb-small') ? 20 : 35;
  return `${settings.batch ?? 32} rows of ${time} words`;
}

/** Builds the command line as `npm run bnrnn` does. */
function build() {
  const { status } = spawnSync(process.execPath, [`${root}tools/bnrnn.mjs`, 'presets'], {
    stdio: ['ignore', 'ignore', 2],
  });
  if (status !== 0) refuse('the build failed, see above');
}
