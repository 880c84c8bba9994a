import { formatCount } from '../formatNumber';

/** `500`, or `400–500` where the runs of a group did not all go as far. */
export function formatStepRange([least, most]: readonly [number, number]): string {
  return least === most ? formatCount(most) : `${formatCount(least)}–${formatCount(most)}`;
}
