import type { Settings } from './settings';

/** The two models that train side by side. */
export const sides = ['baseline', 'treatment'] as const;
export type Side = (typeof sides)[number];

/** A text to train on. */
export interface Text {
  readonly name: string;
  readonly content: string;
}

/** What the page asks of its worker. */
export type Request =
  | {
      readonly type: 'train';
      readonly settings: Settings;
      readonly text: Text;
      readonly fresh: boolean;
      /** A checkpoint from elsewhere, from which the normalized model goes on. */
      readonly files?: readonly File[];
    }
  | { readonly type: 'pause' | 'resume' | 'export' };

/** One training step. */
interface Step {
  readonly step: number;
  /** Nats per token. */
  readonly loss: number;
  readonly tokensPerSecond: number;
}

/** Counts of values between equal steps from `low` to `high`. */
export interface Histogram {
  readonly low: number;
  readonly high: number;
  readonly counts: readonly number[];
}

/** A look at a model now and then. */
export interface Look {
  readonly perplexity: number;
  readonly sample: string;
  /** What the first layer puts out over a batch of the validation text. */
  readonly hidden: Histogram;
  /** Running statistics and gain of the first normalizer, by name; empty without one. */
  readonly normalizer: Readonly<Record<string, Histogram>>;
}

/** What a worker tells its page. */
export type Report =
  | { readonly type: 'ready'; readonly strategies: readonly string[] }
  | {
      readonly type: 'started';
      readonly device: string;
      readonly limits?: string;
      readonly parameters: Readonly<Record<Side, number>>;
      /** 0 where the run is new, else the step that it goes on from. */
      readonly from: Readonly<Record<Side, number>>;
    }
  | ({ readonly type: 'step'; readonly side: Side } & Step)
  | { readonly type: 'look'; readonly side: Side; readonly step: number; readonly look: Look }
  | { readonly type: 'saved'; readonly step: number }
  | { readonly type: 'files'; readonly files: readonly { name: string; blob: Blob }[] }
  | { readonly type: 'failed'; readonly message: string; readonly hint?: string }
  | { readonly type: 'ended'; readonly step: number };
