import type { SequenceModel } from '@bnrnn/recurrent';
import type { Command } from 'commander';
import type { Io } from './io';

export interface FoldFlags {
  readonly fold?: boolean;
}

export function addFoldFlag(command: Command): Command {
  return command.option(
    '--fold',
    'first fold normalizers into the weights, under the running statistics: faster, equal to rounding',
  );
}

/** The model as it came, or the folded one, which takes its place; says what could not be folded. */
export function foldWhereAsked(io: Io, model: SequenceModel, { fold }: FoldFlags): SequenceModel {
  if (fold !== true) return model;
  const { model: folded, left } = model.fold();
  const all = model.normalizers.size;
  model.dispose();
  io.note(`folded ${all - left.length} of ${all} normalizers into the weights`);
  for (const { path, reason } of left) io.note(`${path} stays: ${reason}`);
  return folded;
}
