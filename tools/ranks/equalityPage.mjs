import { machineLine } from '../peers/machine.mjs';
import { tableRow } from '../peers/results.mjs';

const small = (value) => value.toExponential(1);
const most = (values) => values.reduce((a, b) => Math.max(a, b), 0);

/** Differences up to this are what float32 has in one sum; no ratio of them says anything. */
const noise = 1e-6;

/** How many drifts ranks are from one process; 0 where both are noise. */
const ratio = (ranks, drift) => (ranks <= noise ? 0 : ranks / drift);

/** The page of `tools/rankRounding.mjs`: `cases` as `packages/training/test/ranks.test.ts` found them. */
export function roundingPage(machine, cases) {
  const rows = cases.map(({ name, drift, ranks }) => {
    const both = [ratio(ranks.first, drift.first), ratio(ranks.last, drift.last)];
    return { name, drift, ranks, both, worst: most(both) };
  });
  const sorted = rows.toSorted((a, b) => b.worst - a.worst);
  const first = rows.filter(({ ranks }) => ranks.first > noise);
  const head = ['case', 'drift, 1 step', 'ranks, 1 step', 'drift, all steps', 'ranks, all steps'];
  return `# Ranks beside one process: what rounding does

\`node tools/rankRounding.mjs\` wrote this page at commit ${machine.commit}. ${machineLine(machine)}

Ranks add up the same numbers as one process in another order, so that float32 rounds otherwise. Each step
multiplies such a difference. How much is a property of the model, and is measured beside it:

- **drift**: one process trains three times more, with each parameter moved by at most half a unit in its last
  place before the first step and after each. The number is the largest difference of these runs from the run
  that was left alone.
- **ranks**: the largest difference of 2, 3 and 4 ranks from that run.

A difference is that of parameters and running statistics: the largest of a tensor, as a share of the tensor's
largest number. Every case trains ${most(cases.map(({ steps }) => steps))} steps with ragged batches that the ranks do not divide. The tests
let ranks be 30 drifts from one process, or 1e-6. Ranks round every sum of a step otherwise, and the
drift moves parameters alone, so ratios above 1 are to be expected.

${tableRow(['', 'found', 'the tests allow'])}
${tableRow(['---', '--:', '--:'])}
${tableRow(['cases', cases.length, ''])}
${tableRow(['most drifts after 1 step', most(rows.map(({ both }) => both[0])).toFixed(1), 30])}
${tableRow(['most drifts after all steps', most(rows.map(({ both }) => both[1])).toFixed(1), 30])}
${tableRow(['cases above 1e-6 after 1 step', first.length, 'within 30 drifts'])}

A ratio is left out where ranks differ by less than 1e-6. The largest ratios stand first.

${tableRow([...head, 'ranks / drift, the larger'])}
${tableRow(['---', '--:', '--:', '--:', '--:', '--:'])}
${sorted
  .map(({ name, drift, ranks, worst }) =>
    tableRow([
      name,
      ...[drift.first, ranks.first, drift.last, ranks.last].map(small),
      worst === 0 ? '' : worst.toFixed(1),
    ]),
  )
  .join('\n')}
`;
}
