import { badFeatureLines } from '../speech/leftOut';
import { textColumns } from '../textColumns';
import type { Dropped, Inspection } from './inspection';

const widestBar = 40;
const namedKeys = 3;

const count = (value: number): string => value.toLocaleString('en-US');

/** What `features inspect` says to a reader. */
export function inspectionLines(inspection: Inspection): string[] {
  const { path, utterances, speakers, frames, columns, hours, join } = inspection;
  const { shortest, median, longest, speakerStatistics } = inspection;
  const voices = speakers === 0 ? '' : ` of ${count(speakers)} speakers`;
  return [
    `${path}: ${count(utterances)} utterances${voices}, ${count(frames)} frames of ${columns} values, ${hours.toFixed(2)} hours`,
    `speaker statistics: ${speakerStatistics ? 'cmvn.scp' : 'none'}`,
    `lengths: ${count(shortest)} to ${count(longest)} frames, median ${count(median)}`,
    ...bars(inspection),
    `read: every header${inspection.valuesRead ? ' and every value' : ''}`,
    ...leftOut(inspection.dropped),
    ...badFeatureLines(inspection.dropped).map((line) => `  ${line}`),
    ...(join === undefined
      ? []
      : [
          `joined with ${count(join.classes)} classes: ${count(join.utterances)} utterances, ${count(join.frames)} frames` +
            (join.shortened === 0 ? '' : `, ${count(join.shortened)} cut to the shorter side`),
          ...leftOut(join.dropped),
        ]),
  ];
}

function bars({ histogram }: Inspection): string[] {
  const most = Math.max(...histogram.map(({ utterances }) => utterances));
  const rows = histogram.map(({ from, to, utterances }) => [
    `  ${from} to ${to - 1}`,
    count(utterances),
    '#'.repeat(Math.ceil((widestBar * utterances) / Math.max(1, most))),
  ]);
  return textColumns(rows);
}

/** A line for each reason, with the first few keys. */
function leftOut(dropped: readonly Dropped[]): string[] {
  const byReason = new Map<string, string[]>();
  for (const { key, reason } of dropped) {
    const keys = byReason.get(reason);
    if (keys === undefined) byReason.set(reason, [key]);
    else keys.push(key);
  }
  return [...byReason].map(([reason, keys]) => {
    const named = keys.slice(0, namedKeys);
    const more = keys.length > namedKeys ? ['...'] : [];
    return `left out: ${count(keys.length)} ${reason} (${[...named, ...more].join(', ')})`;
  });
}
