/** What is normalized over: each time step alone, or all steps together. */
export type NormalizeOver = 'frame' | 'sequence';

/** Where epsilon goes: `sqrt(variance + ε)`, or `sqrt(variance + ε) + ε` (the paper's own code). */
export type EpsilonRule = 'variance' | 'double';

/** No normalization: the plain cell. */
export interface NoneSpec {
  readonly kind: 'none';
}

/** Batch normalization over the real rows of a mini-batch. */
export interface BatchNormSpec {
  readonly kind: 'batch';
  readonly over: NormalizeOver;
  readonly epsilon: number;
  readonly epsilonRule: EpsilonRule;
  /** The gain of every feature before training. */
  readonly gain: number;
  /** The share of the old value that a running statistic keeps at each update, 0 to below 1. */
  readonly decay: number;
  /** True: running statistics for each time step; false: one set shared over time. */
  readonly perStep: boolean;
  /** Time steps with statistics of their own; later steps use the last. Read where `perStep` is true. */
  readonly maxSteps: number;
}

/** Layer normalization: each row over its own features, in `groups` equal blocks. */
export interface LayerNormSpec {
  readonly kind: 'layer';
  readonly groups: number;
  readonly epsilon: number;
  /** The gain of every feature before training. */
  readonly gain: number;
}

/** The strategies that this package brings. */
export type BuiltInSpec = NoneSpec | BatchNormSpec | LayerNormSpec;

/** A strategy of the user's own: plain JSON, read by the strategy itself. */
export interface OwnSpec {
  readonly kind: string;
}

/** A normalizer as plain JSON data: what a checkpoint stores and a fused kernel reads. */
export type NormalizerSpec = BuiltInSpec | OwnSpec;

/** True for the specification of batch normalization. */
export function isBatchNormSpec(spec: NormalizerSpec): spec is BatchNormSpec {
  return spec.kind === 'batch';
}
