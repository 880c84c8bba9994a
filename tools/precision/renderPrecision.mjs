import { machineLine } from '../peers/machine.mjs';
import { tableRow } from '../peers/results.mjs';

const heading = ['products in', 'validation loss', 'difference from float32', '95 % interval', ''];

/** The page of a preset: losses, paired differences, and whether they are equivalent. */
export function renderPrecision({ command, machine, commits, blas, preset, data, seeds, rows }) {
  const spread = rows[0].deviation;
  const margin = spread / 10;
  return [
    `# ${preset} in lower precisions`,
    '',
    `This page was written by \`${command}\`. The runs are of ${commits.includes(',') ? 'commits' : 'commit'} ${commits}.`,
    '',
    `${machineLine(machine)} The BLAS is ${blas || 'none'}. The corpus is ${data}, with ${seeds.length} seeds. Runs of one seed share initial weights, order of the data and masks.`,
    '',
    `The table gives the loss in nats per target as mean ± sample standard deviation over the seeds. The interval is Student's, of the paired differences. A precision is equivalent where the whole interval lies within a tenth of the deviation of float32 over the seeds, ±${margin.toExponential(1)}.`,
    '',
    tableRow(heading),
    tableRow(heading.map((_, column) => (column === 0 || column === 4 ? '---' : '--:'))),
    ...rows.map(({ name, mean, deviation, difference }) => {
      const loss = `${mean.toFixed(4)} ± ${deviation.toFixed(4)}`;
      if (difference === undefined) return tableRow([name, loss, '', '', '']);
      const [low, high] = difference.interval;
      const isWithin = low > -margin && high < margin;
      return tableRow([
        name,
        loss,
        `${difference.mean.toExponential(1)} ± ${difference.deviation.toExponential(1)}`,
        `${low.toExponential(1)} to ${high.toExponential(1)}`,
        isWithin ? 'equivalent' : 'not shown to be equivalent',
      ]);
    }),
    '',
  ].join('\n');
}
