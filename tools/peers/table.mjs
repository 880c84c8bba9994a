import { contestants } from './contestants.mjs';
import { machineLine } from './machine.mjs';
import { tableRow, withSpread } from './results.mjs';

const heading = ['', 'step, ms', 'a second', '× our step', 'peak RSS, MiB', 'threads', 'version'];

/** The results of a run as Markdown: a table for each preset and what a reader must know. */
export function renderTables({ command, machine, settings, agreement, presets, notes }) {
  return [
    '# Training steps beside other libraries',
    '',
    `Written by \`${command}\` at commit ${machine.commit}.`,
    '',
    `${machineLine(machine)} ${settings.rounds} rounds; in each, every row runs in a process of its own, in turn, on the same ${settings.threads} cores.`,
    'A step is the median of its timed steps in one process; the table gives the median over the rounds and, in brackets, the least and the most. `× our step` is the ratio of two steps of the same round: above 1, ours is faster.',
    '',
    ...Object.entries(presets).flatMap(([preset, rows]) => presetTable(preset, rows)),
    '## Notes',
    '',
    ...notes.map((note) => `- ${note}`),
    `- Losses of five steps from the same weights, worst relative difference from ours: ${agreementLine(agreement)}.`,
    '',
  ].join('\n');
}

function presetTable(preset, { size, results }) {
  const rows = Object.entries(results).map(([name, row]) => [
    contestants[name].title,
    ...cells(row),
  ]);
  const { efficiency, matmulBoundMilliseconds: bound } = results.ours ?? {};
  return [
    `## ${preset}`,
    '',
    `${size}.`,
    '',
    tableRow(heading),
    tableRow(heading.map((_, column) => (column === 0 || column === 6 ? '---' : '--:'))),
    ...rows.map(tableRow),
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
    versions.join(', ') || (row.blas?.split(' ').slice(0, 2).join(' ') ?? ''),
  ];
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
