import { UsageError } from '@bnrnn/core';
import { summarizeRun } from '../compare/runSummary';
import type { Run } from '../run/run';
import { bootstrapInterval } from '../statistics/bootstrapInterval';
import { holm } from '../statistics/holm';
import { meanInterval, type Interval } from '../statistics/meanInterval';
import { deviationOf, meanOf } from '../statistics/moments';
import { pairsNeeded } from '../statistics/pairsNeeded';
import { signFlipTest } from '../statistics/signFlipTest';
import type { Claim } from './claim';
import { isDiverged } from './measures';
import { pairRuns } from './pairRuns';

/** Fewer pairs never decide: the smallest p of five is 0.03 before the family is counted. */
export const fewestPairs = 6;

/** The probability of a wrong verdict in one direction, over the whole family of claims. */
export const significance = 0.05;

export type Verdict = 'supported' | 'contradicted' | 'undecided';

/** What the runs say of one claim in one experiment. */
export interface JudgedClaim {
  id: string;
  statement: string;
  /** Which runs: presets and recipe. */
  experiment: string;
  measure: string;
  verdict: Verdict;
  pairs: number;
  /** Pairs that are left out: a run of theirs diverged. */
  diverged: number;
  seeds: readonly number[];
  /** The run folders of each pair: treatment and baseline. */
  runs: readonly (readonly [treatment: string, baseline: string])[];
  /** Mean of treatment minus baseline. */
  difference: number;
  /** Student's 95 % interval of the difference; null of one pair. */
  interval: Interval | null;
  /** The 95 % bootstrap interval (BCa), narrower than it should be for few pairs; null of one pair. */
  bootstrap: Interval | null;
  /** One-sided exact sign-flip test against the margin, in the direction that the mean points to. */
  p: number;
  /** p after Holm over all claims that have enough pairs; null where it has not. */
  adjustedP: number | null;
  /** The statement says that the difference is below, or above, the margin. */
  holds: Claim['holds'];
  margin: number;
  /** How many pairs would decide with probability 0.8; null where no number would. */
  pairsNeeded: number | null;
}

/**
 * Holds each claim against the runs: paired differences of one seed, their interval, an exact test,
 * Holm's adjustment over the family, a verdict.
 *
 * A claim is *supported* where the adjusted p of "the mean lies on the claimed side of the margin" is
 * at most 0.05, *contradicted* where that of the other side is, otherwise *undecided*.
 *
 * @throws UsageError where no two runs are a pair of any claim.
 */
export function judgeClaims(claims: readonly Claim[], runs: readonly Run[]): JudgedClaim[] {
  const summaries = runs.map(summarizeRun);
  const found = claims.flatMap((claim) =>
    pairRuns(claim, summaries).flatMap((group) => {
      const learned = group.pairs.filter(
        ({ treatment, baseline }) => !isDiverged(treatment) && !isDiverged(baseline),
      );
      const measured = learned.flatMap(({ treatment, baseline }) => {
        const difference = claim.difference(treatment, baseline);
        if (difference === undefined) return [];
        const runs = [treatment.run.folder, baseline.run.folder] as const;
        return [{ seed: baseline.run.config.seed, runs, difference }];
      });
      if (measured.length === 0) return [];
      const diverged = group.pairs.length - learned.length;
      return [judgeAlone(claim, group.experiment, { measured, diverged })];
    }),
  );
  if (found.length === 0) {
    throw new UsageError(
      `judgeClaims: of ${runs.length} ${runs.length === 1 ? 'run' : 'runs'} no two are a pair of one seed.`,
      { hint: 'Name runs of a baseline and of its normalized twin with the same seeds.' },
    );
  }
  return decide(found);
}

type Undecided = JudgedClaim & { favours: boolean; spread: number | undefined };

/** The difference of a pair, its seed and its folders. */
interface Measured {
  readonly seed: number;
  readonly runs: JudgedClaim['runs'][number];
  readonly difference: number;
}

function judgeAlone(
  claim: Claim,
  experiment: string,
  { measured, diverged }: { measured: readonly Measured[]; diverged: number },
): Undecided {
  const differences = measured.map(({ difference }) => difference);
  const turn = claim.holds === 'below' ? -1 : 1;
  const towards = differences.map((value) => turn * (value - claim.margin));
  const favours = meanOf(towards) > 0;
  const several = differences.length > 1;
  return {
    id: claim.id,
    statement: claim.statement,
    experiment,
    measure: claim.measure,
    verdict: 'undecided',
    pairs: differences.length,
    diverged,
    seeds: [...new Set(measured.map(({ seed }) => seed))],
    runs: measured.map(({ runs }) => runs),
    difference: meanOf(differences),
    interval: several ? meanInterval(differences) : null,
    bootstrap: several ? bootstrapInterval(differences) : null,
    p: signFlipTest(favours ? towards : towards.map((value) => -value)),
    adjustedP: null,
    holds: claim.holds,
    margin: claim.margin,
    pairsNeeded: null,
    favours,
    spread: several ? deviationOf(differences) : undefined,
  };
}

function decide(found: readonly Undecided[]): JudgedClaim[] {
  const family = found.filter(({ pairs }) => pairs >= fewestPairs);
  const adjusted = holm(family.map(({ p }) => p));
  return found.map(({ favours, spread, ...claim }): JudgedClaim => {
    const index = family.findIndex(
      (other) => other.id === claim.id && other.experiment === claim.experiment,
    );
    const adjustedP = adjusted[index] ?? null;
    if (adjustedP !== null && adjustedP <= significance) {
      return {
        ...claim,
        adjustedP,
        verdict: favours ? 'supported' : 'contradicted',
        pairsNeeded: claim.pairs,
      };
    }
    const needed =
      spread === undefined
        ? null
        : pairsNeeded(
            { mean: claim.difference - claim.margin, deviation: spread },
            { alpha: significance / Math.max(1, family.length), fewest: fewestPairs },
          );
    return { ...claim, adjustedP, pairsNeeded: needed };
  });
}
