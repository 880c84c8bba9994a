import type { NormalizerSpec } from '@bnrnn/normalization';
import type { InitializerSpec } from '../initialize/initializer';
import type { LayerSpec } from '../layers/layerSpec';

/** A language model as plain JSON. */
export interface LanguageModelSpec {
  readonly kind: 'languageModel';
  readonly unit: 'word' | 'character';
  /** Number of distinct tokens. */
  readonly vocabulary: number;
  /** Width of the embedding. */
  readonly embedding: number;
  readonly layers: readonly LayerSpec[];
  /** The dropped share of the embedding's output, between layers and before the softmax. */
  readonly dropout: number;
  readonly initializer: InitializerSpec;
  /** The embedding's own; absent where it starts as everything else. */
  readonly embeddingInitializer?: InitializerSpec;
  /** The softmax has the embedding for its weights, transposed; absent where it has its own. */
  readonly tied?: boolean;
  /** The normalizer of the embedding's output, before its dropout; absent where there is none. */
  readonly normalizeEmbedding?: NormalizerSpec;
}

/** A frame classifier as plain JSON. */
export interface FrameClassifierSpec {
  readonly kind: 'frameClassifier';
  /** Width of a frame. */
  readonly features: number;
  readonly layers: readonly LayerSpec[];
  readonly classes: number;
  readonly initializer: InitializerSpec;
}

/** The whole architecture of a model: with a seed it gives the model back, see `modelFromSpec`. */
export type ModelSpec = LanguageModelSpec | FrameClassifierSpec;
