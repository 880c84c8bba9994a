import type { RunSummary } from '../compare/runSummary';
import type { Arm } from './arms';

/** One statement of the paper as a check of paired runs. */
export interface Claim {
  readonly id: string;
  /** One sentence; what it compares is treatment minus baseline. */
  readonly statement: string;
  readonly treatment: Arm;
  readonly baseline: Arm;
  /** Settings in which the two arms of a pair may differ, by the beginnings of their paths. */
  readonly varied: readonly string[];
  /** Whether the arms of a pair have different amounts of one corpus. */
  readonly otherData?: true;
  /** What makes a pair of a run of each arm beside what they share; nothing when undefined. */
  readonly isPair?: (treatment: RunSummary, baseline: RunSummary) => boolean;
  /** What is measured and its unit, e.g. `training loss at the end, nats per target`. */
  readonly measure: string;
  /** The difference of one pair; undefined where a run lacks the numbers. */
  readonly difference: (treatment: RunSummary, baseline: RunSummary) => number | undefined;
  /**
   * The statement holds where the mean difference lies on this side of the margin: `below` says that
   * it is less than `margin`, `above` that it is more.
   */
  readonly holds: 'below' | 'above';
  readonly margin: number;
}

/** The difference of one number that each run has. */
export function differenceOf(
  read: (summary: RunSummary) => number | undefined,
): Claim['difference'] {
  return (treatment, baseline) => {
    const [to, from] = [read(treatment), read(baseline)];
    return to === undefined || from === undefined ? undefined : to - from;
  };
}
