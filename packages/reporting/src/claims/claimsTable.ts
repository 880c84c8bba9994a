import { absent } from '../formatNumber';
import { expectOneOf } from '@bnrnn/core';
import { tableFormats, writeTable, type TableFormat } from '../table/writeTable';
import { fewestPairs, significance, type JudgedClaim } from './judgeClaims';
import type { Interval } from '../statistics/meanInterval';

/** The verdicts as a table, one row a claim and experiment. */
export function claimsTable(claims: readonly JudgedClaim[], format: TableFormat = 'text'): string {
  const right = (header: string) => ({ header, align: 'right' }) as const;
  const left = (header: string) => ({ header, align: 'left' }) as const;
  return writeTable(
    {
      title: "The paper's statements, tested on these runs",
      columns: [
        left('claim'),
        left('runs'),
        left('verdict'),
        right('pairs'),
        right('difference'),
        right('95 % interval'),
        right('margin'),
        right('p'),
        right('p, Holm'),
        right('pairs needed'),
      ],
      rows: claims.map((claim) => [
        claim.id,
        claim.experiment,
        claim.verdict,
        claim.diverged === 0
          ? String(claim.pairs)
          : `${claim.pairs} of ${claim.pairs + claim.diverged}`,
        signed(claim.difference),
        interval(claim.interval),
        `${claim.holds} ${claim.margin}`,
        claim.p.toPrecision(2),
        claim.adjustedP === null ? absent : claim.adjustedP.toPrecision(2),
        claim.pairsNeeded === null ? absent : String(claim.pairsNeeded),
      ]),
      notes: [
        ...new Map(
          claims.map(({ id, statement, measure }) => [
            id,
            `${id}: ${statement} Measured: ${measure}.`,
          ]),
        ).values(),
        `The difference is treatment minus baseline of one seed. p is of the exact one-sided sign-flip test. ` +
          `A verdict needs ${fewestPairs} pairs and an adjusted p of at most ${significance}.`,
        ...(claims.some(({ diverged }) => diverged > 0)
          ? [
              'Pairs with a run that diverged are left out: its loss at the end is no number, or above that of a ' +
                'uniform guess.',
            ]
          : []),
      ],
    },
    expectOneOf('claimsTable: format', format, tableFormats),
  );
}

function interval(ends: Interval | null): string {
  return ends === null ? absent : `${signed(ends[0])} to ${signed(ends[1])}`;
}

function signed(value: number): string {
  const text = Math.abs(value).toFixed(3);
  return Number(text) === 0 ? text : `${value < 0 ? '−' : '+'}${text}`;
}
