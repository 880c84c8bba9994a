import type { AlignmentTable, Entry } from '@bnrnn/data-wsj-features';
import { readAlignments } from '@bnrnn/data-wsj-features/node';
import type { Command } from 'commander';
import type { Io } from '../io';
import { writeEntries, type WriteFlags } from './writeEntries';

/** `features pdf ALI MODEL`: the class of every frame, as Kaldi's `ali-to-pdf`. */
export function addPdf(features: Command, io: Io): void {
  features
    .command('pdf')
    .description('turn transition-ids into pdf-ids')
    .argument('<alignments>', 'an alignment folder (ali.*.gz), or one of its files')
    .argument('<model>', 'the final.mdl that made them')
    .option('--text', "Kaldi's text form; binary otherwise")
    .option('--out <file>', 'an archive instead of standard output; .gz packs it')
    .action(async (alignments: string, model: string, flags: WriteFlags) => {
      const note = (text: string): void => io.note(text);
      await writeEntries(io, entriesOf(await readAlignments(alignments, { model, note })), flags);
    });
}

function* entriesOf(table: AlignmentTable): Generator<Entry> {
  for (const key of table.keys) yield { key, kind: 'integers', integers: table.read(key) };
}
