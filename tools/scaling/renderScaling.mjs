import { machineLine } from '../peers/machine.mjs';

/** The measurements as Markdown. */
export function renderScaling({ command, preset, rounds, machine, table }) {
  const number = (n) => n.toLocaleString('en-US');
  const rows = table.flatMap(({ name, symbol, sizes, milliseconds, exponent }) =>
    sizes.map((size, i) => {
      const first = i === 0;
      const cells = [
        first ? `${name}${symbol === name ? '' : ` (${symbol})`}` : '',
        number(size),
        milliseconds[i].toFixed(1),
        first ? '' : (milliseconds[i] / milliseconds[i - 1]).toFixed(2),
        first && exponent !== null ? exponent.toFixed(2) : '',
      ];
      return `| ${cells.join(' | ')} |`;
    }),
  );
  return [
    '# How the cost of a training step grows',
    '',
    `This page was written by \`${command}\` at commit ${machine.commit}. ${machineLine(machine)}`,
    '',
    `The times are those of whole training steps of \`${preset}\` on \`simd\` (\`bnrnn bench\`, recipe \`authors-code\`). One size is varied at a time, and all points take turns. The table gives the least of ${rounds} rounds, because a disturbance can only make a step longer.`,
    'The exponent belongs to step = c · size^exponent. It is fitted to each axis by least squares on the logarithms.',
    '',
    '| varied | size | step, ms | × the size before | exponent |',
    '| --- | --: | --: | --: | --: |',
    ...rows,
    '',
  ].join('\n');
}
