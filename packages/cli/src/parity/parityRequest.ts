import type { Override } from '@bnrnn/experiments';
import type { BackendInfo } from '@bnrnn/tensor-backend';

/** What one process of a comparison trains; plain data, it travels to that process. */
export interface ParityRequest {
  readonly backend: string;
  readonly preset: string;
  readonly recipe?: string;
  readonly seed: number;
  readonly steps: number;
  /** A corpus for a language model; a frame classifier gets random utterances. */
  readonly data: string;
  readonly overrides: readonly Override[];
  /** The file of a normalization strategy of the user's own. */
  readonly strategy?: string;
  readonly threads?: number;
  readonly allowCpu?: boolean;
}

/** What such a process says: first what computes, then the parameters after each step. */
export type ParityMessage =
  | { readonly kind: 'started'; readonly backend: BackendInfo }
  | {
      readonly kind: 'step';
      readonly step: number;
      readonly loss: number;
      readonly parameters: ReadonlyMap<string, Float32Array>;
    };
