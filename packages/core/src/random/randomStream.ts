import { expectNumber } from '../expectNumber';
import { threefry2x32 } from './threefry';

/** 2^-24: a float32 holds every multiple of it in [0, 1) exactly. */
const unit = 1 / 16_777_216;

/** The key of one named place, two 32-bit words: what a kernel needs to repeat the stream. */
export type RandomKey = readonly [number, number];

/**
 * Random numbers of one named place in a program, e.g. `layers.0.recurrent` or `dropout.1`.
 *
 * Every draw is a function of (name, seed, step) and a position alone: there is no hidden state, so
 * baseline and treatment of one seed share their numbers, and a resumed run repeats them.
 * Draw `i` of a step is word `i % 2` of Threefry-2x32 at counter (floor(i / 2), step).
 */
export interface RandomStream {
  readonly key: RandomKey;
  /** `length` random 32-bit words, those from position `from` on; 0 when absent. */
  words(length: number, step?: number, from?: number): Uint32Array;
  /**
   * float32 [length], uniform in [low, high): low + (high − low)·floor(word / 2^8) / 2^24, computed
   * in float64 and rounded once. Where the rounding is coarse (0.9 to 1), `high` itself can occur.
   */
  uniform(length: number, low: number, high: number, step?: number): Float32Array;
  /**
   * float32 [length], normal with the given mean and standard deviation (Box-Muller): the pair of
   * words u, v gives r·cos(2πv) and r·sin(2πv) with r = sqrt(−2·ln u), u in (0, 1], v in [0, 1).
   */
  normal(length: number, mean: number, deviation: number, step?: number): Float32Array;
  /**
   * float32 [length]: 0 with probability `rate`, otherwise 1 / (1 - rate) (inverted dropout).
   * An element is dropped when its word is below round(rate · 2^32). Its words are those from position `from` on;
   * 0 when absent.
   * @throws UsageError for a rate outside [0, 1).
   */
  dropoutMask(length: number, rate: number, step?: number, from?: number): Float32Array;
  /** int32 [length]: the numbers 0 to length - 1 in random order (Fisher-Yates). */
  permutation(length: number, step?: number): Int32Array;
}

/**
 * The stream of one named place under a seed; names and seeds that differ give unrelated streams.
 *
 * @param seed  a whole number, 0 to 2^53 − 1.
 * @throws UsageError for any other seed.
 */
export function randomStream(name: string, seed: number): RandomStream {
  expectNumber('randomStream: seed', seed, { integer: true, min: 0 });
  return randomStreamFromKey(randomKey(name, seed));
}

/** The stream of a key: what an op that was handed the key alone draws from. */
export function randomStreamFromKey(key: RandomKey): RandomStream {
  const words = (length: number, step = 0, from = 0): Uint32Array => {
    const first = Math.floor(from / 2);
    const pairs = Math.ceil((from + length) / 2) - first;
    const out = new Uint32Array(2 * pairs);
    for (let pair = 0; pair < pairs; pair++) {
      threefry2x32(key[0], key[1], first + pair, step, out, pair * 2);
    }
    const before = from - 2 * first;
    return length === out.length ? out : out.subarray(before, before + length);
  };

  return {
    key,
    words,
    uniform(length, low, high, step) {
      const source = words(length, step);
      const out = new Float32Array(length);
      const span = high - low;
      for (let i = 0; i < length; i++) out[i] = low + span * ((source[i] as number) >>> 8) * unit;
      return out;
    },
    normal(length, mean, deviation, step) {
      const source = words(length + (length & 1), step);
      const out = new Float32Array(length);
      for (let i = 0; i < length; i++) {
        const u = (((source[i & ~1] as number) >>> 8) + 1) * unit;
        const angle = 2 * Math.PI * ((source[i | 1] as number) >>> 8) * unit;
        const radius = Math.sqrt(-2 * Math.log(u));
        out[i] = mean + deviation * radius * (i & 1 ? Math.sin(angle) : Math.cos(angle));
      }
      return out;
    },
    dropoutMask(length, rate, step, from) {
      expectNumber('dropoutMask: rate', rate, { min: 0, below: 1 });
      const source = words(length, step, from);
      const out = new Float32Array(length);
      const threshold = Math.round(rate * 4_294_967_296);
      const kept = 1 / (1 - rate);
      for (let i = 0; i < length; i++) out[i] = (source[i] as number) < threshold ? 0 : kept;
      return out;
    },
    permutation(length, step) {
      const source = words(length, step);
      const out = Int32Array.from({ length }, (_, i) => i);
      for (let i = length - 1; i > 0; i--) {
        const j = Math.floor(((source[i] as number) / 4_294_967_296) * (i + 1));
        [out[i], out[j]] = [out[j] as number, out[i] as number];
      }
      return out;
    },
  };
}

/** Hashes a place's name (FNV-1a over its UTF-16 units) and encrypts it under the seed. */
function randomKey(name: string, seed: number): RandomKey {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  const out = new Uint32Array(2);
  threefry2x32(seed >>> 0, Math.floor(seed / 4_294_967_296) >>> 0, hash >>> 0, name.length, out);
  return [out[0] as number, out[1] as number];
}
