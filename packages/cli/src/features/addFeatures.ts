import type { Command } from 'commander';
import type { Io } from '../io';
import { addCopy } from './copy';
import { addExtract } from './extract';
import { addInspect } from './inspect';
import { addPdf } from './pdf';
import { addSynthesize } from './synthesize';

/** `features ...`: Kaldi archives in and out. */
export function addFeatures(program: Command, io: Io): void {
  const features = program
    .command('features')
    .description('Kaldi archives in and out: copy, pdf, extract, inspect, synthesize')
    .helpCommand(false);
  for (const add of [addCopy, addPdf, addExtract, addInspect, addSynthesize]) add(features, io);
}
