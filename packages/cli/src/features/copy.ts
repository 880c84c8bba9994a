import { readEntries } from '@bnrnn/data-wsj-features/node';
import type { Command } from 'commander';
import type { Io } from '../io';
import { addArchiveFlags, readOptions, type ArchiveFlags } from './archiveFlags';
import { writeEntries, type WriteFlags } from './writeEntries';

/** `features copy SPEC`: what an archive, a list or a data directory holds. */
export function addCopy(features: Command, io: Io): void {
  const command = features
    .command('copy')
    .description('write what an archive holds: matrices, vectors, alignments')
    .argument('<spec>', 'an .ark, .scp or .gz file, or a data directory')
    .option('--text', "Kaldi's text form; binary otherwise")
    .option('--out <file>', 'an archive instead of standard output; .gz packs it')
    .option('--scp <file>', 'the list of keys and offsets beside --out');
  addArchiveFlags(command).action((spec: string, flags: WriteFlags & ArchiveFlags) =>
    writeEntries(io, readEntries(spec, readOptions(io, flags)), flags),
  );
}
