import { machineLine } from '../peers/machine.mjs';
import { tableRow } from '../peers/results.mjs';

const one = (value) => (value === undefined ? '' : value.toFixed(1));
const processesOf = ({ size, threads }) =>
  `${size === 1 ? 'one process' : `${size} ranks`} of ${threads === 1 ? 'one thread' : `${threads} threads`}`;

/** The page of runs of `tools/profileRanks.mjs`, as they stand in `profile.json`. */
export function profilePage({ machine, runs }) {
  const [{ preset }] = runs;
  const plain = runs.filter(({ parts, rank }) => parts === undefined && rank === 0);
  const timed = runs.filter(({ parts, rank }) => parts !== undefined && rank === 0);
  const names = [...new Set(timed.flatMap(({ parts }) => parts.map(({ name }) => name)))];
  const partOf = (run, name) => run.parts.find((part) => part.name === name)?.milliseconds;
  const heads = timed.map((run) => `${processesOf(run)}, ${run.batch} rows, ${run.commit}`);
  const right = timed.map(() => '--:');
  const told = timed.map((run) =>
    run.parts.reduce((sum, { milliseconds }) => sum + milliseconds, 0),
  );
  return `# Where a step of ranks spends its time

\`node tools/profileRanks.mjs --page FILE\` wrote this page from runs of that tool at \`${preset}\`. ${machineLine(machine)}
Each run trained some steps on synthetic words. Other work of the machine had a share of its cores meanwhile, another
share at each commit. So compare runs of one commit, which ran in turn; the fastest step says more than the median.

## Steps

${tableRow(['processes', 'rows in all', 'commit', 'median step, ms', 'fastest, ms'])}
${tableRow(['---', '--:', '---', '--:', '--:'])}
${plain.map((run) => tableRow([processesOf(run), run.batch, run.commit, one(run.step), one(run.fastest)])).join('\n')}

${boundOf(timed)}## Parts of a step, rank 0, ms

What is timed inside costs time: a meeting stands before each sum, to tell waiting from summing. A row
"wait" is time in which the other rank was not there yet.

${tableRow(['part', ...heads])}
${tableRow(['---', ...right])}
${names.map((name) => tableRow([name, ...timed.map((run) => one(partOf(run, name)))])).join('\n')}
${tableRow(['all parts', ...told.map(one)])}
${tableRow(['median step', ...timed.map(({ step }) => one(step))])}
`;
}

/** What the compute of half of the rows allows, where one process ran with all and with half of them. */
function boundOf(timed) {
  const alone = timed.filter(({ size, threads }) => size === 1 && threads === 1);
  const whole = alone.toSorted((a, b) => b.batch - a.batch)[0];
  const half = alone.find(({ batch }) => 2 * batch === whole?.batch);
  if (half === undefined) return '';
  return `## What two ranks can reach

One process of one thread takes ${one(whole.step)} ms with ${whole.batch} rows and ${one(half.step)} ms with ${half.batch}. Two ranks
that split the batch cannot be faster than a process with half of the rows: at most ${(whole.step / half.step).toFixed(2)} times
one thread, with sums and meetings that cost nothing. Products of ${half.batch} rows read the same weights as
products of ${whole.batch}. So 1.8 times one thread, the goal, cannot be reached here by splitting the batch.

`;
}
