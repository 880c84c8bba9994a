import { bytes, float32, int32, tagged } from './kaldiBytes';

/** A small model whose transitions stand in different orders: phone, state, forward pdf, self-loop pdf. */
export const tuples = [
  [1, 0, 0, 5],
  [1, 1, 1, 6],
  [2, 0, 2, 3],
  [2, 1, 4, 4],
  [3, 0, 7, 8],
] as const;

/** Where the transitions of each state go: phone 1 loops first, phones 2 and 3 go on first, state 1 without loop. */
const topologies = [
  [[0, 1], [1, 2], []],
  [[1, 0], [2], []],
] as const;

/** By hand: ids 1 to 9 along the tuples. */
export const pdfsOfTuples = [5, 0, 6, 1, 2, 3, 4, 7, 8];
export const pdfsOfTriples = [0, 0, 1, 1, 2, 2, 4, 7, 7];
export const phonesOfIds = [1, 1, 1, 1, 2, 2, 2, 3, 3];

export type TupleForm = 'Triples' | 'Tuples';

/** The model in Kaldi's binary form; `Tuples` comes with the topology that has two pdf classes a state. */
export function binaryModel(form: TupleForm): Buffer {
  const two = form === 'Tuples';
  const plain = (values: number[]): Buffer => bytes(tagged(values.length), values.map(int32));
  const topology = topologies.map((states) =>
    bytes(
      tagged(states.length),
      states.map((transitions, state) => {
        const pdfClass = transitions.length === 0 ? -1 : state;
        return bytes(
          tagged(pdfClass),
          two ? tagged(pdfClass + 10) : '',
          tagged(transitions.length),
          transitions.map((next) => bytes(tagged(next), Buffer.of(4), float32(0.5))),
        );
      }),
    ),
  );
  return bytes(
    '\0B<TransitionModel> <Topology> ',
    plain([1, 2, 3]),
    plain([-1, 0, 1, 1]),
    two ? tagged(-1) : '',
    tagged(topology.length),
    topology,
    `</Topology> <${form}> `,
    tagged(tuples.length),
    tuples.map((tuple) => bytes(tuple.slice(0, two ? 4 : 3).map(tagged))),
    `</${form}> <LogProbs> FV `,
    tagged(10),
    Array.from({ length: 10 }, () => float32(-0.5)),
    '</LogProbs> </TransitionModel> <DIMENSION> ',
  );
}

/** The same model in Kaldi's text form. */
export function textModel(form: TupleForm): string {
  const two = form === 'Tuples';
  const entry = (phones: string, states: readonly (readonly number[])[]): string => {
    const lines = states.map((transitions, state) => {
      const classes = two
        ? `<ForwardPdfClass> ${state} <SelfLoopPdfClass> ${state + 10} `
        : `<PdfClass> ${state} `;
      const arcs = transitions.map((next) => `<Transition> ${next} 0.5 `).join('');
      return `<State> ${state} ${transitions.length === 0 ? '' : classes}${arcs}</State> \n`;
    });
    return `<TopologyEntry> \n<ForPhones> \n${phones} \n</ForPhones> \n${lines.join('')}</TopologyEntry> \n`;
  };
  const rows = tuples.map((tuple) => `${tuple.slice(0, two ? 4 : 3).join(' ')} \n`);
  return (
    `<TransitionModel> \n<Topology> \n${entry('1', topologies[0])}${entry('2 3', topologies[1])}</Topology> \n` +
    `<${form}> ${rows.length} \n${rows.join('')}</${form}> \n` +
    `<LogProbs> \n [ ${'-0.5 '.repeat(10)}]\n</LogProbs> \n</TransitionModel> \n`
  );
}
