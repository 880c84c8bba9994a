import { readInteger } from '../ark/binaryHeader';
import { fault, printable } from '../bytes/fault';
import { expectToken, type ModelReader } from './modelReader';

/** A state of a phone's HMM: where its transitions go. States without transitions are final. */
interface HmmState {
  /** The state that each transition leads to, in the order in which transition-ids number them. */
  readonly transitions: readonly number[];
}

/** The HMM of each phone. */
export type Topology = ReadonlyMap<number, readonly HmmState[]>;

/**
 * Reads `<Topology> ... </Topology>`, both variants: one pdf class a state, or one for going on and one for its
 * self-loop. (The classes themselves matter only for building trees.)
 */
export async function readTopology(reader: ModelReader): Promise<Topology> {
  await expectToken(reader, '<Topology>');
  if (!reader.binary) return readText(reader);
  const topology = await readBinary(reader);
  await expectToken(reader, '</Topology>');
  return topology;
}

async function readText(reader: ModelReader): Promise<Topology> {
  const topology = new Map<number, readonly HmmState[]>();
  while ((await expectToken(reader, '<TopologyEntry>', '</Topology>')) === '<TopologyEntry>') {
    await expectToken(reader, '<ForPhones>');
    const phones: number[] = [];
    for (let word = await reader.token(); word !== '</ForPhones>'; word = await reader.token()) {
      if (!/^\d{1,9}$/.test(word)) {
        throw fault(
          reader.cursor.place(),
          `"${printable(word)}" stands before this, expected a phone's number.`,
        );
      }
      phones.push(Number(word));
    }
    const states: HmmState[] = [];
    while ((await expectToken(reader, '<State>', '</TopologyEntry>')) === '<State>') {
      const number = await reader.integer('the number of a state');
      if (number !== states.length) {
        throw fault(reader.cursor.place(), `state ${number} stands where ${states.length} should.`);
      }
      states.push(await readTextState(reader));
    }
    for (const phone of phones) topology.set(phone, states);
  }
  return topology;
}

async function readTextState(reader: ModelReader): Promise<HmmState> {
  const transitions: number[] = [];
  const inside = ['<Transition>', '</State>'] as const;
  let token = await expectToken(reader, '<PdfClass>', '<ForwardPdfClass>', ...inside);
  if (token === '<PdfClass>' || token === '<ForwardPdfClass>') {
    await reader.integer('a pdf class');
    if (token === '<ForwardPdfClass>') {
      await expectToken(reader, '<SelfLoopPdfClass>');
      await reader.integer('a pdf class');
    }
    token = await expectToken(reader, ...inside);
  }
  while (token === '<Transition>') {
    transitions.push(await reader.integer('the state of a transition'));
    await reader.float('the probability of a transition');
    token = await expectToken(reader, ...inside);
  }
  return { transitions };
}

async function readBinary(reader: ModelReader): Promise<Topology> {
  const { cursor } = reader;
  const phones = await readPlainIntegers(reader, 'the phones');
  const entryOfPhone = await readPlainIntegers(reader, 'the map from phones to topologies');
  const first = await reader.integer('the count of topologies');
  const twoClasses = first === -1;
  const count = twoClasses ? await reader.integer('the count of topologies') : first;
  const entries: HmmState[][] = [];
  for (let e = 0; e < count; e++) {
    const states: HmmState[] = [];
    const stateCount = await reader.integer('the count of states');
    for (let s = 0; s < stateCount; s++) {
      await reader.integer('a pdf class');
      if (twoClasses) await reader.integer('a pdf class');
      const transitions: number[] = [];
      const transitionCount = await reader.integer('the count of transitions');
      for (let t = 0; t < transitionCount; t++) {
        transitions.push(await reader.integer('the state of a transition'));
        await reader.float('the probability of a transition');
      }
      states.push({ transitions });
    }
    entries.push(states);
  }
  const topology = new Map<number, readonly HmmState[]>();
  for (const phone of phones) {
    const entry = entries[entryOfPhone[phone] ?? -1];
    if (entry === undefined) throw fault(cursor.place(), `phone ${phone} has no topology.`);
    topology.set(phone, entry);
  }
  return topology;
}

/** An integer vector inside a model: the byte 4, the count, then the plain values (tables have a byte before each). */
async function readPlainIntegers(reader: ModelReader, what: string): Promise<Int32Array> {
  const { cursor } = reader;
  const start = cursor.position;
  const count = await readInteger(cursor, what);
  if (count < 0) throw fault(cursor.place(start), `states ${count} values of ${what}.`);
  const bytes = await cursor.payload(4 * count, what);
  return new Int32Array(bytes.buffer);
}
