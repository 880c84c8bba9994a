import { machineLine } from '../peers/machine.mjs';
import { tableRow } from '../peers/results.mjs';

const small = (value) => value.toExponential(1);
const most = (values) => values.reduce((a, b) => Math.max(a, b), 0);

/** Differences up to this are what float32 has in one sum; no ratio of them says anything. */
const noise = 1e-6;

/** Where rounding alone carries a run further, a difference says little. */
const chaos = 0.01;

/** What the tests let ranks be from one process, in drifts. */
const allowed = 30;

/** How many drifts ranks are from one process; 0 where they are within the noise. */
const ratio = (ranks, drift) => (ranks <= noise ? 0 : ranks / drift);

/**
 * The page of `tools/rankEquality.mjs`.
 *
 * @param cases    as `packages/training/test/ranks.test.ts` found them.
 * @param planned  the names of all cases.
 */
export function equalityPage(machine, cases, planned) {
  const rows = cases.map(({ name, rate, drift, ranks }) => {
    const first = most(ranks.map((each) => ratio(each.first, drift.first)));
    const last = most(ranks.map((each) => ratio(each.last, drift.last)));
    return { name, rate, drift, ranks, first, last, worst: Math.max(first, last) };
  });
  const sorted = rows.toSorted((a, b) => b.worst - a.worst || (a.name < b.name ? -1 : 1));
  const found = new Set(cases.map(({ name }) => name));
  const left = planned.filter((name) => !found.has(name));
  const above = (of) => rows.filter(({ ranks }) => ranks.some((each) => each[of] > noise)).length;
  const carried = (of) => rows.filter(({ drift }) => drift[of] > chaos).length;
  const sizes = [2, 3, 4];
  const each =
    (of) =>
    ({ rate, drift, ranks }) => [
      rate,
      small(drift[of]),
      ...sizes.map((size) => {
        const ofSize = ranks.find((one) => one.size === size);
        return ofSize === undefined ? '' : small(ofSize[of]);
      }),
    ];
  const head = sizes.map((size) => `${size} ranks`);
  const table = (of) =>
    [
      tableRow(['case', 'rate', 'drift of rounding', ...head]),
      tableRow(['---', '--:', '--:', ...sizes.map(() => '--:')]),
      ...sorted.map((row) => tableRow([row.name, ...each(of)(row)])),
    ].join('\n');
  return `# Ranks beside one process

\`node tools/rankEquality.mjs\` wrote this page at commit ${machine.commit}. ${machineLine(machine)}

${cases.length} of ${planned.length} cases were run${left.length === 0 ? '' : '; the others stand at the end'}. A case is a cell with one strategy at one placement, and trains
${most(cases.map(({ steps }) => steps))} steps at a constant rate. The rate is 0.02. Where rounding alone then carries one process further than
${chaos}, no difference would say anything, and the case is run anew at a tenth of the rate, up to twice. No batch divides by the number of ranks, and the last batch of utterances has fewer than
four, so that a rank has no frame.

Ranks add up the same numbers as one process in another order, so that float32 rounds otherwise. Each step
multiplies such a difference. How much is a property of the model, and is measured beside it:

- **drift of rounding**: one process trains three times more, with each parameter moved by at most half a unit in
  its last place before the first step and after each. The number is the largest difference of these runs from the
  run that was left alone.
- **ranks**: the difference of so many ranks from that run.

A difference is that of parameters and running statistics: the largest of a tensor, as a share of the tensor's
largest number. The tests let ranks be ${allowed} drifts from one process, or 1e-6. Ranks round every sum of a step
otherwise, and the drift moves parameters alone, so that ratios above 1 are to be expected.

${tableRow(['', 'after 1 step', 'after all steps'])}
${tableRow(['---', '--:', '--:'])}
${tableRow(['largest difference', small(most(rows.flatMap(({ ranks }) => ranks.map(({ first }) => first)))), small(most(rows.flatMap(({ ranks }) => ranks.map(({ last }) => last))))])}
${tableRow(['cases above 1e-6', above('first'), above('last')])}
${tableRow([`cases that rounding alone carries further than ${chaos}`, carried('first'), carried('last')])}
${tableRow([`most drifts of a case above 1e-6, at most ${allowed} allowed`, most(rows.map(({ first }) => first)).toFixed(1), most(rows.map(({ last }) => last)).toFixed(1)])}

The cases that are most drifts apart stand first.

## After one step

${table('first')}

## After all steps

${table('last')}
${left.length === 0 ? '' : `\n## Not run\n\n${left.map((name) => `- ${name}`).join('\n')}\n`}`;
}
