import { readBinaryHeader } from '../ark/binaryHeader';
import { readTextObject } from '../ark/textObject';
import { ByteCursor } from '../bytes/byteCursor';
import type { ByteSource } from '../bytes/byteSource';
import { fault } from '../bytes/fault';
import { expectToken, modelReader, type ModelReader } from './modelReader';
import { readTopology, type Topology } from './readTopology';

/** What an acoustic model says about transition-ids: for frame labels, which pdf each belongs to. */
export interface TransitionModel {
  /** Classes of frames: one more than the largest pdf-id. */
  readonly pdfs: number;
  /** The largest transition-id; they count from 1. */
  readonly transitions: number;
  /** The pdf-id (from 0) of each transition-id; index 0 is unused and -1. */
  readonly pdfOf: Int32Array;
  /** The phone of each transition-id; index 0 is unused and -1. */
  readonly phoneOf: Int32Array;
}

/** A line of the model's table: a state of a phone, the pdf of going on and the pdf of its self-loop. */
interface TransitionState {
  readonly phone: number;
  readonly state: number;
  readonly forwardPdf: number;
  readonly selfLoopPdf: number;
}

/**
 * Parses the transition model at the start of `final.mdl` (GMM or neural), binary or text.
 *
 * Transition-ids are numbered along the `<Triples>` (or `<Tuples>`, whose self-loops have a pdf of their own) and,
 * in each, along the transitions of its state. What follows the transition model is not read.
 *
 * @throws DataError naming file and byte offset where the file is no such model or is cut off.
 * @see Kaldi's `hmm/transition-model.h`
 */
export async function parseTransitionModel(source: ByteSource): Promise<TransitionModel> {
  const cursor = new ByteCursor(source);
  const reader = await modelReader(cursor);
  await expectToken(reader, '<TransitionModel>');
  const topology = await readTopology(reader);
  const states = await readStates(reader);
  const transitions = states.map((state, i) => transitionsOf(state, i, topology, cursor));
  // A probability each, and an unused one in front: the file vouches for the count before anything is made of it.
  const count = transitions.reduce((sum, { length }) => sum + length, 0);
  const probabilities = await countProbabilities(reader);
  if (probabilities !== count + 1 || count === 0) {
    throw fault(
      cursor.place(),
      `has ${probabilities} probabilities before this, expected ${count + 1} for ${count} transition-ids.`,
    );
  }
  return numberTransitions(states, transitions);
}

async function readStates(reader: ModelReader): Promise<TransitionState[]> {
  const form = await expectToken(reader, '<Triples>', '<Tuples>');
  const count = await reader.integer('the count of transition states');
  const states: TransitionState[] = [];
  for (let i = 0; i < count; i++) {
    const phone = await reader.integer('a phone');
    const state = await reader.integer('the state of a phone');
    const forwardPdf = await reader.integer('a pdf');
    const selfLoopPdf = form === '<Tuples>' ? await reader.integer('a pdf') : forwardPdf;
    states.push({ phone, state, forwardPdf, selfLoopPdf });
  }
  await expectToken(reader, form === '<Triples>' ? '</Triples>' : '</Tuples>');
  return states;
}

/** Where the transitions of a transition state lead; a DataError when the model contradicts itself. */
function transitionsOf(
  { phone, state, forwardPdf, selfLoopPdf }: TransitionState,
  index: number,
  topology: Topology,
  cursor: ByteCursor,
): readonly number[] {
  const transitions = topology.get(phone)?.[state]?.transitions;
  const where = `transition state ${index + 1} (phone ${phone}, state ${state})`;
  if (transitions === undefined) throw fault(cursor.place(), `${where} is not in the topology.`);
  if (forwardPdf >= 0 && selfLoopPdf >= 0) return transitions;
  throw fault(cursor.place(), `${where} has the pdfs ${forwardPdf} and ${selfLoopPdf}.`);
}

async function countProbabilities(reader: ModelReader): Promise<number> {
  await expectToken(reader, '<LogProbs>');
  if (!reader.binary) {
    const entry = await readTextObject(reader.cursor, '', { kind: 'vector' });
    return entry.kind === 'vector' ? entry.vector.length : 0;
  }
  const header = await readBinaryHeader(reader.cursor);
  if (header.kind !== 'vector') return 0;
  // Of a packed file only its bytes tell that so many are there.
  await reader.cursor.skip(header.bytes, 'the probabilities');
  return header.size;
}

function numberTransitions(
  states: readonly TransitionState[],
  transitions: readonly (readonly number[])[],
): TransitionModel {
  const pdfOf = [-1];
  const phoneOf = [-1];
  let pdfs = 0;
  states.forEach(({ phone, state, forwardPdf, selfLoopPdf }, i) => {
    pdfs = Math.max(pdfs, forwardPdf + 1, selfLoopPdf + 1);
    for (const next of transitions[i] ?? []) {
      pdfOf.push(next === state ? selfLoopPdf : forwardPdf);
      phoneOf.push(phone);
    }
  });
  return {
    pdfs,
    transitions: pdfOf.length - 1,
    pdfOf: Int32Array.from(pdfOf),
    phoneOf: Int32Array.from(phoneOf),
  };
}
