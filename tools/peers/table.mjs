import { contestants } from './contestants.mjs';
import { tableRow, withSpread } from './results.mjs';

const heading = ['', 'step, ms', 'a second', '× our step', 'peak RSS, MiB', 'threads', 'version'];

/** The results on one processor as Markdown: a table for each preset and what a reader must know. */
export function renderTables({ machine, presets, notes }) {
  return [
    `# Training steps beside other libraries: ${machine.cpu}`,
    '',
    `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB; ${machine.kernel}.`,
    'In each round every row runs in a process of its own, in turn, on the same cores.',
    'A step is the median of its timed steps in one process; the table gives the median over the rounds and, in brackets, the least and the most. `× our step` is the ratio of two steps of the same round: above 1, ours is faster.',
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
    `${size}. ${rounds} rounds on ${threads} cores, Node ${node}. Written by \`${command}\` at commit ${commit}.`,
    '',
    tableRow(heading),
    tableRow(heading.map((_, column) => (column === 0 || column === 6 ? '---' : '--:'))),
    ...rows.map(tableRow),
    '',
    `Losses of five steps from the same weights, worst relative difference from ours: ${agreementLine(agreement)}.`,
    '',
    ...(efficiency === undefined
      ? []
      : [
          `The matrix products of a step alone take ${bound.toFixed(1)} ms through our backend: ${efficiency.toFixed(2)} of our step.`,
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
  return mkl === undefined ? description.split(' ').slice(0, 2).join(' ') : `MKL ${mkl}`;
}

function peak({ peakRssMiB, importRssMiB }) {
  const whole = String(Math.round(peakRssMiB));
  return importRssMiB === undefined ? whole : `${whole} (import ${Math.round(importRssMiB)})`;
}

function agreementLine(agreement) {
  if (Object.keys(agreement).length === 0) return 'not compared in this run';
  return Object.entries(agreement)
    .map(([preset, by]) => {
      const each = Object.entries(by).map(([name, value]) => `${name} ${value.toExponential(1)}`);
      return `${preset}: ${each.join(', ')}`;
    })
    .join('; ');
}
