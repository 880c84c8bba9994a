// node tools/keepRun.mjs RUN FOLDER [--every N]
// Copies what a run's record needs without its weights: config.json, result.json, and events.jsonl with every
// Nth step (20 unless told), the last 50, over which reports average the last loss, and all other events; paths are
// cut to what lies in the run.
import { mkdirSync, readFileSync, writeFileSync, copyFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { every: { type: 'string', default: '20' } },
});
const [run, folder] = positionals;
const every = Number(values.every);
if (run === undefined || folder === undefined || !Number.isInteger(every) || every < 1) {
  process.stderr.write('usage: node tools/keepRun.mjs RUN FOLDER [--every N]\n');
  process.exit(2);
}

mkdirSync(folder, { recursive: true });
for (const file of ['config.json', 'result.json']) {
  copyFileSync(path.join(run, file), path.join(folder, file));
}
const events = readFileSync(path.join(run, 'events.jsonl'), 'utf8').trimEnd().split('\n');
const last = events.findLast((line) => JSON.parse(line).type === 'step');
const dense = last === undefined ? 0 : JSON.parse(last).step - 50;
const kept = events.flatMap((line) => {
  const event = JSON.parse(line);
  const thinned = event.type === 'step' && event.step !== 1 && event.step <= dense;
  if (thinned && event.step % every !== 0) return [];
  return [event.type === 'checkpoint' ? JSON.stringify(withinRun(event)) : line];
});
writeFileSync(path.join(folder, 'events.jsonl'), `${kept.join('\n')}\n`);

/** Where a checkpoint lies in its run, on whatever machine that was. */
function withinRun(event) {
  return { ...event, path: event.path.slice(event.path.indexOf('checkpoints')) };
}
