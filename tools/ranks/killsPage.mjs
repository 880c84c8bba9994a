import { machineLine } from '../peers/machine.mjs';
import { tableRow } from '../peers/results.mjs';

/**
 * The page of a run of `tools/killRanks.mjs`.
 *
 * @param settings  what was asked for: `command`, `machine`, `tasks`, `rankCounts`, `shareAtStart`, `mostSeconds`, `times`.
 * @param found     the chains, each with its kills, and `tolerances` by task.
 */
export function killsPage(settings, { chains, tolerances }) {
  const { command, machine, tasks, rankCounts, shareAtStart, mostSeconds, times } = settings;
  const kills = chains.flatMap(({ name, library, kills: own }) =>
    own.map((kill) => ({ ...kill, name, library })),
  );
  const done = kills.filter(({ at }) => at !== undefined);
  const faults = faultsOf(chains);
  const most = (values) => values.reduce((a, b) => Math.max(a, b), 0);
  const each = (values) => [...new Set(values)].join(', ');
  const wholeChains = chains.filter((chain) => chain.faults.length === 0);
  const summary = [
    ['kills', kills.length, done.length],
    [
      'seconds until every process was gone',
      `at most ${mostSeconds}`,
      most(done.map(({ seconds }) => seconds)).toFixed(2),
    ],
    ['status', 'not 0', each(done.map(({ status }) => status))],
    ['sentences of a job', 1, each(done.map(({ sentences }) => sentences.length))],
    ['chains with each step, evaluation and epoch once', chains.length, wholeChains.length],
    ...Object.entries(tolerances).map(([name, tolerance]) => [
      `${name}: largest difference of a loss, nats`,
      `at most ${tolerance.toExponential(1)}`,
      most(
        chains.filter((chain) => chain.name === name).map(({ largest }) => largest),
      ).toExponential(1),
    ]),
    ['faults', 0, faults.length],
  ];
  const rows = done.map(({ name, library, ranks, rank, step, at, seconds, status }) => [
    ...[name, library, `${rank} of ${ranks}`, step, at.toFixed(1), seconds.toFixed(2), status],
  ]);
  const head = ['data', 'library', 'rank', 'after step', 'seconds after its start'];
  return `# Ranks that are killed

\`${command}\` wrote this page at commit ${machine.commit}. ${machineLine(machine)}

A chain trains on ${rankCounts.join(', ')} ranks. Each job but the last loses a random rank to SIGKILL at a random
moment. The next job goes on with \`--resume\` and one rank less. ${100 * shareAtStart} % of the moments lie in the
start of a job, before its first step. The losses of steps, evaluations and epochs may be ${times} times as
far from those of one process as they are on ${rankCounts.slice(0, -1).join(', ')} ranks of which none is killed.

${Object.entries(tasks)
  .map(([name, { text, steps }]) => `- ${name}: ${text}, ${steps} steps`)
  .join('\n')}

${tableRow(['', 'wanted', 'found'])}
${tableRow(['---', '---', '---'])}
${summary.map(tableRow).join('\n')}

${faults.map((fault) => `- ${fault}`).join('\n')}

## Each kill

${tableRow([...head, 'seconds until all were gone', 'status'])}
${tableRow(['---', '---', '---', '--:', '--:', '--:', '--:'])}
${rows.map(tableRow).join('\n')}

## Each chain

${tableRow(['chain', 'data', 'library', 'largest difference of a loss, nats'])}
${tableRow(['--:', '---', '---', '--:'])}
${chains
  .map(({ name, library, largest }, k) =>
    tableRow([k + 1, name, library, largest.toExponential(1)]),
  )
  .join('\n')}
`;
}

/** What was wrong with chains and their kills, a sentence each. */
export function faultsOf(chains) {
  return chains.flatMap(({ kills, faults }) => [
    ...faults,
    ...kills.flatMap((kill) => kill.faults),
  ]);
}
