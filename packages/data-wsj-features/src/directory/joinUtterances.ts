import { expectNumber } from '@bnrnn/core';
import type { AlignmentTable, FeatureTable } from '../features';
import type { Utterance } from '../utterances/loadBatch';
import { countReasons, type DroppedUtterance, type DropReason } from './dropped';

export interface JoinOptions {
  /** By how many frames features and alignment of an utterance may differ; the shorter length is used. Default 2. */
  readonly tolerance?: number;
  /** Dropped before the join, to stand in the same report (`DataDirectory.dropped`). */
  readonly dropped?: readonly DroppedUtterance[];
}

/** The utterances that have features and an alignment, and what became of the others. */
export interface JoinedUtterances {
  /** In the order of the features, with the frames that have both features and a target. */
  readonly utterances: readonly Utterance[];
  readonly totalFrames: number;
  readonly dropped: readonly DroppedUtterance[];
  readonly droppedByReason: ReadonlyMap<DropReason, number>;
  /** Utterances of which the last frames of one side are not used. */
  readonly shortened: readonly { key: string; features: number; alignment: number }[];
}

/**
 * Joins features and alignments by key. An utterance that only one side has, whose lengths differ by more than the
 * tolerance, or that has no frames is dropped, and the report says why.
 */
export function joinUtterances(
  features: FeatureTable,
  alignments: AlignmentTable,
  options: JoinOptions = {},
): JoinedUtterances {
  const tolerance = expectNumber('joinUtterances: tolerance', options.tolerance ?? 2, {
    integer: true,
    min: 0,
  });
  const dropped: DroppedUtterance[] = [...(options.dropped ?? [])];
  const utterances: Utterance[] = [];
  const shortened: { key: string; features: number; alignment: number }[] = [];
  let totalFrames = 0;
  for (const key of features.keys) {
    if (!alignments.has(key)) {
      dropped.push({ key, reason: 'no alignment' });
      continue;
    }
    const lengths = { features: features.frames(key), alignment: alignments.frames(key) };
    const shorter = Math.min(lengths.features, lengths.alignment);
    const detail = `${lengths.features} frames of features, ${lengths.alignment} of alignment`;
    if (Math.abs(lengths.features - lengths.alignment) > tolerance) {
      dropped.push({ key, reason: 'lengths differ', detail });
    } else if (shorter === 0) {
      dropped.push({ key, reason: 'no frames', detail });
    } else {
      if (lengths.features !== lengths.alignment) shortened.push({ key, ...lengths });
      utterances.push({ key, frames: shorter });
      totalFrames += shorter;
    }
  }
  const known = new Set(features.keys);
  for (const { key } of dropped) known.add(key);
  for (const key of alignments.keys) {
    if (!known.has(key)) dropped.push({ key, reason: 'no features' });
  }
  return {
    utterances,
    totalFrames,
    dropped,
    droppedByReason: countReasons(dropped),
    shortened,
  };
}
