import type { Collective } from '@bnrnn/core';
import type { TakenFolder } from '../takeFolder';

/** A folder that rank 0 takes for all ranks; the others are told its name. */
export function takenByRankZero(collective: Collective, take: () => TakenFolder): TakenFolder {
  const taken = collective.rank === 0 ? take() : undefined;
  const [folder = ''] = collective.gather(taken?.folder ?? '');
  return taken ?? { folder, isNew: false, release: () => undefined };
}
