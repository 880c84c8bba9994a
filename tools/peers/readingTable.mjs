import { machineLine } from './machine.mjs';
import { tableRow, withSpread } from './results.mjs';
import { spread } from './summary.mjs';

/** The results of reading an archive as Markdown. */
export function renderReading({ command, machine, rounds, archive, raw }) {
  const { utterances, mebibytes } = archive;
  const heading = ['', 'whole file, ms', 'MiB a second', '× our time', 'peak RSS, MiB', 'version'];
  const rows = Object.entries(raw).map(([name, results]) => {
    const times = spread(results.map(({ milliseconds }) => milliseconds));
    const ratios = results.map((each, i) => each.milliseconds / raw.ours[i].milliseconds);
    return [
      name === 'ours' ? 'bnrnn' : name,
      withSpread(times, 0),
      ((1000 * mebibytes) / times.median).toFixed(0),
      withSpread(spread(ratios), 2),
      String(Math.round(Math.max(...results.map(({ peakRssMiB }) => peakRssMiB)))),
      Object.values(results[0].versions).join(', '),
    ];
  });
  return [
    '# Reading a compressed Kaldi archive',
    '',
    `This page was written by \`${command}\` at commit ${machine.commit}.`,
    '',
    machineLine(machine),
    '',
    `There were ${rounds} rounds. In each round every reader runs in a process of its own, on one core. The readers take turns.`,
    `The archive has ${utterances} utterances of 300 to 1,300 frames of 69 values in Kaldi's \`CM\` form. It has ${mebibytes.toFixed(1)} MiB and lies in the page cache. A process reads it once to warm up and then five times, and the median counts. The table gives the median over the rounds, with the least and the most in brackets. A ratio above 1 means that ours is faster.`,
    'All readers give the same number of frames and the same sum of values.',
    '',
    tableRow(heading),
    tableRow(heading.map((_, column) => (column === 0 || column === 5 ? '---' : '--:'))),
    ...rows.map(tableRow),
    '',
  ].join('\n');
}
