import { selfLoop, statesPerPhone, type SyntheticModel } from './syntheticModel';

/**
 * A synthetic source as the text of a Kaldi transition model: `<Topology>`, `<Triples>`, `<LogProbs>`.
 *
 * @see Kaldi's `hmm/transition-model.h`
 */
export function formatTransitionModel({ phones, table }: SyntheticModel): string {
  const on = 1 - selfLoop;
  const states = Array.from(
    { length: statesPerPhone },
    (_, s) =>
      `<State> ${s} <PdfClass> ${s} <Transition> ${s} ${selfLoop} <Transition> ${s + 1} ${on} </State> `,
  );
  const numbers = Array.from({ length: phones }, (_, i) => i + 1).join(' ');
  const logs = [selfLoop, on].map((chance) => Math.log(chance).toPrecision(7)).join(' ');
  return [
    '<TransitionModel> ',
    '<Topology> ',
    '<TopologyEntry> ',
    '<ForPhones> ',
    `${numbers} `,
    '</ForPhones> ',
    ...states,
    `<State> ${statesPerPhone} </State> `,
    '</TopologyEntry> ',
    '</Topology> ',
    `<Triples> ${table.length} `,
    ...table.map(({ phone, state, pdf }) => `${phone} ${state} ${pdf} `),
    '</Triples> ',
    '<LogProbs> ',
    // The first is of no transition-id: they count from 1.
    ` [ 0 ${table.map(() => logs).join(' ')} ]`,
    '</LogProbs> ',
    '</TransitionModel> ',
    '',
  ].join('\n');
}
