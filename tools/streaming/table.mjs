import { machineLine } from '../peers/machine.mjs';
import { tableRow } from '../peers/results.mjs';
import { median, spread } from '../peers/summary.mjs';

/** What the project promises. */
export const bounds = { loadingShare: 0.05, addedMiB: 256 };

const sum = (values) => values.reduce((total, value) => total + value, 0);

/** The numbers of the table. */
export function summarizeStreaming({ trained, data }) {
  const { milliseconds, computing, waiting } = trained;
  return {
    stepMilliseconds: spread(computing),
    framesPerSecond:
      (1000 * sum(trained.shapes.batches.map(({ frames }) => frames))) / milliseconds,
    waitMilliseconds: spread(waiting),
    /** All that is no step, the first batch included. */
    loadingShare: 1 - sum(computing) / milliseconds,
    readOnlyMilliseconds: median(data.waiting),
    /** What opening the corpus and reading the batches adds to a process that does not train. */
    addedMiB: data.peakRssMiB - data.startRssMiB,
    addedByOpeningMiB: data.openRssMiB - data.startRssMiB,
  };
}

/** The results as Markdown. */
export function renderStreaming({ command, machine, preset, archive, trained }, summary) {
  const { shapes, utterances, frames, hundredthsRead, backend } = trained;
  const { stepMilliseconds: step, waitMilliseconds: wait } = summary;
  const times = spread(shapes.batches.map(({ time }) => time));
  const count = (value) => Math.round(value).toLocaleString('en-US');
  const percent = (share) => `${(100 * share).toFixed(1)} %`;
  const range = ({ median: middle, min, max }) =>
    `${count(middle)} (${count(min)} to ${count(max)})`;
  const rows = [
    ['computing a step, ms', range(step), ''],
    ['waiting for a batch, ms', range(wait), ''],
    ['loading, share of the time', percent(summary.loadingShare), percent(bounds.loadingShare)],
    ['reading a batch, nothing else to do, ms', count(summary.readOnlyMilliseconds), ''],
    ['opening the data, MiB', count(summary.addedByOpeningMiB), ''],
    ['opening the data and reading, peak, MiB', count(summary.addedMiB), count(bounds.addedMiB)],
    ['peak RSS of the training, MiB', count(trained.peakRssMiB), ''],
  ];
  return [
    '# Training from a large archive',
    '',
    `This page was written by \`${command}\` at commit ${machine.commit}.`,
    '',
    `${machineLine(machine)} The backend is ${backend.name} with ${backend.threads} threads${backend.blas ? ` and ${backend.blas}` : ''}.`,
    '',
    `The run has ${shapes.batches.length} training steps of \`${preset}\` (${shapes.features} inputs, ${count(shapes.classes)} classes). The data is ${archive.archives} archives with ${(archive.bytes / 1e9).toFixed(2)} GB of float features: ${count(utterances)} utterances, ${count(frames)} frames. Speaker statistics are applied and deltas are appended as the frames are read. The batches are the first of a shuffled epoch. A batch has ${shapes.batches[0].batch} utterances and is ${range(times)} frames long. The utterances come from ${hundredthsRead} of 100 equal parts of the list.`,
    '',
    tableRow(['', 'median (least to most)', 'at most']),
    tableRow(['---', '--:', '--:']),
    ...rows.map(tableRow),
    '',
    'Loading is all the time from the first request for a batch on in which no step is computed. A second process opens the data and reads the same batches without training. The memory of the data is the growth of its resident set from before the opening. Garbage that waits for the collector counts too.',
    '',
  ].join('\n');
}
