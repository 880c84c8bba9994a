import { contestants } from './contestants.mjs';
import { tableRow, withSpread } from './results.mjs';

const heading = ['', 'step, ms', 'a second', '× our step', 'peak RSS, MiB', 'threads', 'version'];

/** The results on one processor as Markdown: a table for each preset and what a reader must know. */
export function renderTables({ machine, presets, notes }) {
  return [
    `# Training steps beside other libraries: ${machine.cpu}`,
    '',
    `The machine has ${machine.cores} cores of ${machine.cpu} and ${machine.memoryGiB} GiB, with ${machine.kernel}.`,
    '',
    'In each round every row runs in a process of its own, on the same cores. The rows take turns.',
    'A step is the median of the timed steps of one process. A table gives the median over the rounds, with the least and the most in brackets. `× our step` is the ratio of two steps of the same round. Above 1, our step is faster.',
    '',
    ...Object.entries(presets).flatMap(([preset, rows]) => presetTable(preset, rows)),
    '## Notes',
    '',
    ...notes.map((note) => `- ${note}`),
    '',
  ].join('\n');
}

function presetTable(preset, measured) {
  const { size, command, commit, node, rounds, threads, agreement, results } = measured;
  const rows = Object.entries(results).map(([name, row]) => [
    contestants[name].title,
    ...cells(row),
  ]);
  const { efficiency, matmulBoundMilliseconds: bound } = results.ours ?? {};
  return [
    `## ${preset}`,
    '',
    `A step has ${size}. There were ${rounds} rounds on ${threads} cores with Node ${node}. The table was written by \`${command}\` at commit ${commit}.`,
    '',
    tableRow(heading),
    tableRow(heading.map((_, column) => (column === 0 || column === 6 ? '---' : '--:'))),
    ...rows.map(tableRow),
    '',
    ...agreementTable(agreement),
    '',
    ...(efficiency === undefined
      ? []
      : [
          `The matrix products of a step alone take ${bound.toFixed(1)} ms on our backend. That is ${efficiency.toFixed(2)} of our step.`,
          '',
        ]),
  ];
}

function cells(row) {
  if (row.rounds === undefined) return [`failed: ${row.failed}`, '', '', '', '', ''];
  const { stepMilliseconds: step, ratio, threads } = row;
  const digits = step.median < 1000 ? 1 : 0;
  const versions = Object.entries(row.versions ?? {}).map((pair) => pair.join(' '));
  return [
    withSpread(step, digits),
    Math.round(row.unitsPerSecond).toLocaleString('en-US'),
    ratio === undefined ? '' : withSpread(ratio, 2),
    peak(row),
    String(threads),
    versions.join(', ') || libraryName(row.blas),
  ];
}

/** Name and version of what multiplies. */
function libraryName(blas) {
  const description = blas ?? '';
  const [, mkl] = /Math Kernel Library Version ([\d.]+)/.exec(description) ?? [];
  return mkl === undefined ? (/^\S+ [^\s,]+/.exec(description)?.[0] ?? description) : `MKL ${mkl}`;
}

function peak({ peakRssMiB, importRssMiB }) {
  const whole = String(Math.round(peakRssMiB));
  return importRssMiB === undefined ? whole : `${whole} (import ${Math.round(importRssMiB)})`;
}

/** The worst relative difference of each contestant's losses from ours. */
function agreementTable(agreement) {
  const models = Object.keys(agreement);
  if (models.length === 0) return ['This run did not compare losses.'];
  const names = [...new Set(models.flatMap((model) => Object.keys(agreement[model])))];
  return [
    'Before the timing, each row trained a tiny model for five steps from our weights. This is the worst relative difference of a loss from ours:',
    '',
    tableRow(['', ...models.map((model) => titles[model] ?? model)]),
    tableRow(['---', ...models.map(() => '--:')]),
    ...names.map((name) => {
      const values = models.map((model) => agreement[model][name]?.toExponential(1) ?? '');
      return tableRow([contestants[name].title, ...values]);
    }),
  ];
}

const titles = { agreement: 'plain', 'agreement-bn': 'normalized' };
