import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { joinUtterances } from '@bnrnn/data-wsj-features';
import {
  openDataDirectory,
  openFeatures,
  readAlignments,
  type DataDirectory,
  type OpenFeaturesOptions,
} from '@bnrnn/data-wsj-features/node';
import type { Command } from 'commander';
import type { Io } from '../io';
import { addArchiveFlags, readOptions, type ArchiveFlags } from './archiveFlags';
import { inspectionLines } from './inspectionLines';
import { lengthsOf, type Inspection } from './inspection';

interface InspectFlags extends ArchiveFlags {
  readonly values?: boolean;
  readonly alignments?: readonly string[];
  readonly model?: string;
  readonly symbols?: string;
  readonly json?: boolean;
}

/** `features inspect DIR`: what a data directory holds, and what of it has targets. */
export function addInspect(features: Command, io: Io): void {
  const command = features
    .command('inspect')
    .description('counts, widths, speakers, lengths and missing joins of a data directory')
    .argument('<dir>', 'a data directory, an .scp or an .ark')
    .option('--alignments <dir...>', 'alignment folders or files to join with')
    .option('--model <file>', 'the transition model, where no final.mdl lies with the alignments')
    .option(
      '--symbols <file>',
      'phones.txt, where text files of alignments have names, not numbers',
    );
  command.option('--values', 'read every value: NaN and inf are counted and named by utterance');
  addArchiveFlags(command)
    .option('--json', 'one JSON object as the last line')
    .action(async (path: string, flags: InspectFlags) => {
      const inspection = await inspect(io, path, flags);
      if (flags.json === true) io.out(JSON.stringify(inspection));
      else for (const line of inspectionLines(inspection)) io.out(line);
    });
}

async function inspect(io: Io, path: string, flags: InspectFlags): Promise<Inspection> {
  const valuesRead = flags.values === true;
  const options = {
    ...readOptions(io, flags),
    badUtterances: 'drop' as const,
    readValues: valuesRead,
  };
  const normalized = existsSync(join(path, 'cmvn.scp'));
  const { features, speakers, dropped } = existsSync(join(path, 'feats.scp'))
    ? await openDataDirectory(path, { ...options, cmvn: normalized ? 'means' : 'none' })
    : await openList(path, options);
  try {
    const lengths = features.keys.map((key) => features.frames(key));
    const voices = new Set(features.keys.flatMap((key) => speakers.get(key) ?? []));
    const inspection = {
      path,
      utterances: features.keys.length,
      speakers: voices.size,
      columns: features.columns,
      speakerStatistics: normalized,
      ...lengthsOf(lengths),
      valuesRead,
      dropped,
    };
    if (flags.alignments === undefined) return inspection;
    const { model, symbols } = flags;
    const alignments = await readAlignments(flags.alignments, {
      ...options,
      ...(model !== undefined && { model }),
      ...(symbols !== undefined && { symbols }),
    });
    const joined = joinUtterances(features, alignments, { dropped });
    return {
      ...inspection,
      join: {
        classes: alignments.classes,
        utterances: joined.utterances.length,
        frames: joined.totalFrames,
        shortened: joined.shortened.length,
        // Those that the directory drops come first, and are in the list above.
        dropped: joined.dropped.slice(dropped.length),
      },
    };
  } finally {
    await features.close();
  }
}

/** A list or an archive without the other files of a data directory. */
async function openList(
  path: string,
  options: OpenFeaturesOptions,
): Promise<Pick<DataDirectory, 'features' | 'speakers' | 'dropped'>> {
  const features = await openFeatures(path, options);
  return { features, speakers: new Map(), dropped: features.dropped };
}
