import { randomStream } from '@bnrnn/core';

/** Whole numbers of one fuzzing round, each a function of seed, round and how many were drawn before. */
export class Dice {
  #words: Uint32Array;
  #used = 0;
  #block = 0;

  constructor(
    readonly seed: number,
    readonly round: number,
  ) {
    this.#words = this.#draw();
  }

  #draw(): Uint32Array {
    return randomStream(`fuzz.${this.#block++}`, this.seed).words(256, this.round);
  }

  /** A number from 0 to `below` - 1. */
  next(below: number): number {
    if (this.#used === this.#words.length) {
      this.#words = this.#draw();
      this.#used = 0;
    }
    return (this.#words[this.#used++] ?? 0) % below;
  }

  pick<Value>(values: readonly Value[]): Value {
    return values[this.next(values.length)] as Value;
  }
}

const int32s = [-1, 0, 1, 2, 255, 65_536, 2 ** 24, 2 ** 30, 2 ** 31 - 1, -(2 ** 31)];
const texts = [
  '[',
  ']',
  ' ',
  '\n',
  '\0B',
  'FM ',
  'DM ',
  'CM ',
  'CM2 ',
  'CM3 ',
  'FV ',
  'nan',
  '1e99',
];
const more = [
  '-',
  ':',
  '|',
  '[0:1]',
  '[:,0:9]',
  '../',
  '/',
  '<',
  '</Topology> ',
  'é',
  '\xff',
  '9999999999',
];

/** The bytes with one random change, or up to four. */
export function mutate(content: Buffer, dice: Dice): Buffer {
  let bytes: Buffer = Buffer.from(content);
  const changes = dice.next(2) === 0 ? 1 : 1 + dice.next(4);
  for (let left = changes; left > 0; left--) bytes = mutateOnce(bytes, dice);
  return bytes;
}

function mutateOnce(bytes: Buffer, dice: Dice): Buffer {
  const at = dice.next(bytes.length + 1);
  const until = Math.min(bytes.length, at + 1 + dice.next(40));
  const put = (piece: Buffer, end = at): Buffer =>
    Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(end)]);
  switch (dice.next(9)) {
    case 0:
      return bytes.subarray(0, at);
    case 1:
      return put(Buffer.alloc(0), until);
    case 2:
      return put(bytes.subarray(at, until));
    case 3:
      if (at < bytes.length) bytes[at] = (bytes[at] ?? 0) ^ (1 << dice.next(8));
      return bytes;
    case 4:
      if (at < bytes.length) bytes[at] = dice.pick([0, 4, 5, 8, 10, 32, 91, 93, 127, 128, 255]);
      return bytes;
    case 5: {
      if (at + 4 <= bytes.length) bytes.writeInt32LE(dice.pick(int32s), at);
      return bytes;
    }
    case 6:
      return put(Buffer.from(dice.pick(texts)));
    case 7:
      return put(Buffer.from(dice.pick(more), 'latin1'), dice.next(2) === 0 ? at : until);
    default:
      return put(Buffer.from(dice.pick(texts)), Math.min(bytes.length, at + 4));
  }
}
