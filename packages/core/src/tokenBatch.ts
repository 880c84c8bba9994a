import type { BatchPart } from './batchPart';

/**
 * One truncated-BPTT window of a token corpus. Axis order is [time, batch] everywhere.
 *
 * Row `t * batch + b` of `targets` is the token that follows row `t * batch + b` of `inputs`.
 */
export interface TokenBatch {
  readonly kind: 'tokens';
  readonly time: number;
  readonly batch: number;
  /** int32 [time, batch]: token ids. */
  readonly inputs: Int32Array;
  /** int32 [time, batch]: the next token of each. */
  readonly targets: Int32Array;
  /** True where the stream starts afresh: the carried state is zero before this window. */
  readonly resetState: boolean;
  /** Where these columns stand in the batch of all ranks; absent where this is the whole batch. */
  readonly part?: BatchPart;
}
