/** Why an utterance of a data set is left out. */
export type DropReason =
  | 'no features'
  | 'no alignment'
  | 'lengths differ'
  | 'no frames'
  | 'bad features'
  | 'no speaker'
  | 'no speaker statistics';

/** An utterance that is left out. */
export interface DroppedUtterance {
  readonly key: string;
  readonly reason: DropReason;
  /** The numbers or names behind the reason, where it has any. */
  readonly detail?: string;
}

/** How many were dropped for each reason, for one sentence: `7 without alignment (no alignment), ...`. */
export function countReasons(dropped: readonly DroppedUtterance[]): Map<DropReason, number> {
  const counts = new Map<DropReason, number>();
  for (const { reason } of dropped) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return counts;
}
