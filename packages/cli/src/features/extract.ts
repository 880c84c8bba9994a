import { UsageError } from '@bnrnn/core';
import { windowKinds, type FilterbankOptions } from '@bnrnn/data-wsj-features';
import {
  extract,
  findRecordings,
  readPhoneMap,
  readPhoneTable,
  type ExtractOptions,
} from '@bnrnn/data-wsj-features/node';
import { Option, type Command } from 'commander';
import { numberFlag, wholeFlag } from '../flags';
import { withoutLeftovers } from '../interruption';
import type { Io } from '../io';

interface ExtractFlags extends FilterbankOptions {
  readonly out?: string;
  readonly deltas: number;
  readonly channel?: number;
  readonly labels?: string;
  readonly phoneMap?: string;
  readonly phones?: string;
  readonly speakers: 'folder' | 'utterance';
  readonly badFiles: 'refuse' | 'drop';
  readonly allowCommands?: boolean;
  readonly json?: boolean;
}

/** Sentences about sizes in recordings that are told one by one. */
const mostNotes = 10;

/** `features extract WAVS --out DIR`: a Kaldi data directory of recordings. */
export function addExtract(features: Command, io: Io): void {
  const command = features
    .command('extract')
    .description('make a data directory of recordings: filterbanks, speaker statistics, labels')
    .argument('<recordings...>', 'WAV and SPHERE files, folders of them, or a wav.scp')
    .option('--out <dir>', 'the data directory to write')
    .addOption(number('--bins <n>', 'mel filters', 23, wholeFlag('--bins', 3)))
    .addOption(number('--deltas <n>', 'orders of time differences', 0, wholeFlag('--deltas', 0)))
    .addOption(number('--sample-rate <hz>', 'of the recordings', 16_000))
    .addOption(
      new Option('--channel <n>', 'of recordings that have several, from 1').argParser(
        wholeFlag('--channel', 1),
      ),
    )
    .addOption(number('--frame-length <ms>', 'of a window', 25))
    .addOption(number('--frame-shift <ms>', 'from window to window', 10))
    .addOption(number('--dither <deviation>', 'noise on the int16-scaled samples', 1))
    .addOption(number('--seed <n>', 'of the noise', 0, wholeFlag('--seed', 0)))
    .addOption(number('--pre-emphasis <share>', 'of the sample before', 0.97))
    .addOption(number('--low-frequency <hz>', 'lower edge of the first filter', 20))
    .addOption(number('--high-frequency <hz>', 'upper edge of the last; 0: half the rate', 0))
    .option('--no-remove-dc-offset', "keep each frame's mean")
    .addOption(new Option('--window <kind>', windowKinds.join(', ')).default('povey'))
    .addOption(number('--blackman-coefficient <n>', 'of --window blackman', 0.42))
    .option('--no-round-to-power-of-two', 'transform frames of their own length')
    .option('--energy', "the frame's log energy as first column")
    .addOption(
      number('--energy-floor <n>', 'smallest of --energy, before its logarithm; 0: none', 0),
    )
    .option('--no-raw-energy', 'energy after pre-emphasis and window')
    .option('--no-snip-edges', 'a frame for each shift, the recording mirrored at its ends')
    .option('--no-power', 'magnitudes instead of powers')
    .option('--no-log', 'no logarithm')
    .option('--labels <ending>', 'time-aligned labels beside each recording, e.g. .phn')
    .option('--phone-map <file:column>', 'what labels become, e.g. phones.60-48-39.map:2')
    .option('--phones <file>', "numbers of the labels (another data set's phones.txt)")
    .addOption(
      new Option('--speakers <rule>', 'folder (named after the speaker) or utterance').default(
        'folder',
      ),
    )
    .addOption(
      new Option('--bad-files <rule>', 'refuse all, or drop the bad ones').default('refuse'),
    )
    .option('--allow-commands', 'run wav.scp lines that end in "|" as shell commands')
    .option('--json', 'one JSON object as the last line');
  command.action((paths: string[], flags: ExtractFlags) => runExtract(io, paths, flags));
}

function number(
  flags: string,
  description: string,
  byDefault: number,
  parser = numberFlag(flags.split(' ')[0] ?? flags),
): Option {
  return new Option(flags, description).argParser(parser).default(byDefault);
}

async function runExtract(io: Io, paths: readonly string[], flags: ExtractFlags): Promise<void> {
  const { out, labels, phoneMap, phones, speakers, json, ...settings } = flags;
  if (out === undefined) {
    throw new UsageError('features extract needs --out: the data directory to write.');
  }
  const recordings = await findRecordings(paths, {
    speakers,
    ...(labels !== undefined && { labels }),
  });
  const odd: string[] = [];
  const options: ExtractOptions = {
    ...settings,
    note: (sentence) => odd.push(sentence),
    ...(phoneMap !== undefined && { phoneMap: await mapOf(phoneMap) }),
    ...(phones !== undefined && { phones: await readPhoneTable(phones) }),
    onRecording: (done, of) => {
      if (done % 1000 === 0) io.note(`${done} of ${of} recordings`);
    },
  };
  const report = await withoutLeftovers(() => extract(recordings, out, options));
  for (const sentence of odd.slice(0, mostNotes)) io.note(sentence);
  if (odd.length > mostNotes) io.note(`and ${odd.length - mostNotes} more recordings like these`);
  for (const { reason } of report.dropped) io.note(`left out: ${reason}`);
  const { folder, utterances, frames, columns, speakers: voices, classes } = report;
  if (json === true) {
    const dropped = report.dropped.length;
    io.out(
      JSON.stringify({ folder, utterances, frames, columns, speakers: voices, classes, dropped }),
    );
    return;
  }
  const labelled = classes === undefined ? '' : `, ${classes} classes`;
  io.out(
    `${out}: ${utterances} utterances of ${voices} speakers, ${frames} frames of ${columns} values${labelled}`,
  );
}

function mapOf(written: string): ReturnType<typeof readPhoneMap> {
  const [, file, column] = /^(.+):(\d+)$/.exec(written) ?? [];
  if (file !== undefined && column !== undefined) return readPhoneMap(file, Number(column));
  throw new UsageError(`--phone-map is "${written}", expected FILE:COLUMN.`, {
    hint: 'For example --phone-map conf/phones.60-48-39.map:2 for the 48 classes.',
  });
}
