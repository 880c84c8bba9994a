import { expectIndices, expectNumber, expectOneOf, UsageError } from '@bnrnn/core';
import { refuseInCausalModel, type Normalizer } from '@bnrnn/normalization';
import { embedding as lookUp } from '@bnrnn/tensor-backend';
import { reshape, Tensor } from '@tensorflow/tfjs-core';
import { checkInitializer } from '../initialize/checkInitializer';
import type { InitializerSpec } from '../initialize/initializer';
import { newMatrix } from '../initialize/newVariable';
import type { Layer } from '../layers/layer';
import { assembleModel } from './assembleModel';
import type { LanguageModelSpec } from './modelSpec';
import type { SequenceModel } from './sequenceModel';

export interface LanguageModelOptions {
  /** Default `word`. */
  readonly unit?: LanguageModelSpec['unit'];
  /** Number of distinct tokens. */
  readonly vocabulary: number;
  /** Width of the embedding. */
  readonly embedding: number;
  /** From the bottom up. */
  readonly layers: readonly Layer[];
  /** Default 0. */
  readonly dropout?: number;
  readonly initializer: InitializerSpec;
  /** The embedding's own; as `initializer` unless given. */
  readonly embeddingInitializer?: InitializerSpec;
  /** The softmax has the embedding for its weights, transposed; default false. */
  readonly tied?: boolean;
  /** On the embedding's output, before its dropout; default: none. */
  readonly normalizeEmbedding?: Normalizer;
  readonly seed: number;
}

/**
 * A recurrent language model.
 *
 *   x_t = N(E[id_t])    h = layers(dropout(x))    logits = dropout(h)·W + b
 *
 * with dropout between the layers too, and N `normalizeEmbedding`. Where `tied`, W = Eᵀ: the embedding is as wide
 * as the last layer, and W is no parameter of its own.
 *
 * @throws UsageError for settings that cannot be, for a layer that sees later tokens, and for
 * sequence-wise statistics, which leak them.
 * @see docs/paper-map.md#language-modelling; Zaremba, Sutskever, Vinyals 2014; for `tied` Press, Wolf 2017.
 */
export function languageModel(options: LanguageModelOptions): SequenceModel {
  const name = 'languageModel';
  const { unit = 'word', vocabulary, embedding, layers, dropout = 0, initializer, seed } = options;
  expectOneOf(`${name}: unit`, unit, ['word', 'character']);
  expectNumber(`${name}: vocabulary`, vocabulary, { integer: true, min: 2 });
  expectNumber(`${name}: embedding`, embedding, { integer: true, min: 1 });
  expectNumber(`${name}: dropout`, dropout, { min: 0, below: 1 });
  expectNumber(`${name}: seed`, seed, { integer: true, min: 0 });
  const { embeddingInitializer, tied = false } = options;
  checkInitializer(name, initializer);
  if (embeddingInitializer !== undefined)
    checkInitializer(`${name}: embedding`, embeddingInitializer);
  expectCausal(layers);
  if (tied) expectAsWide(embedding, layers);
  const first = checkEmbedding(options.normalizeEmbedding);
  const start = embeddingInitializer ?? initializer;
  const table = newMatrix('embedding', seed, start, [vocabulary, embedding]);

  return assembleModel({
    spec: {
      kind: name,
      unit,
      vocabulary,
      embedding,
      layers: layers.map((layer) => layer.spec),
      dropout,
      initializer,
      ...(embeddingInitializer !== undefined && { embeddingInitializer }),
      ...(tied && { tied }),
      ...(first && { normalizeEmbedding: first.spec }),
    },
    unit,
    seed,
    initializer,
    layers,
    width: embedding,
    classes: vocabulary,
    dropout,
    tied: tied ? table : undefined,
    below: new Map([['embedding', table]]),
    ...(first && { first: { path: 'embedding', normalizer: first } }),
    read(caller, inputs) {
      if (!('ids' in inputs)) {
        throw new UsageError(`${caller}: features came, expected ids, time and batch.`);
      }
      const { ids, time, batch } = inputs;
      const count = { 'time·batch': time * batch };
      expectIndices(caller, 'ids', ids, { count, size: vocabulary });
      const rows = lookUp({ table, ids });
      return { x: reshape(rows, [time, batch, embedding]) };
    },
    rebuild: (others) => languageModel({ ...options, layers: others }),
    asWindow(ids) {
      if (ids instanceof Tensor) {
        throw new UsageError(`${name}.step: a tensor came, expected a list of ids.`);
      }
      return { ids, time: 1, batch: ids.length };
    },
  });
}

/** @throws UsageError for a normalizer that sees later tokens, or normalizes the weights of a product. */
function checkEmbedding(normalizer: Normalizer | undefined): Normalizer | undefined {
  if (normalizer === undefined || normalizer.spec.kind === 'none') return undefined;
  const where = 'languageModel: normalizeEmbedding';
  refuseInCausalModel(normalizer, where);
  if (normalizer.mapWeights === undefined) return normalizer;
  throw new UsageError(
    `${where} is the strategy "${normalizer.spec.kind}", which normalizes the weights of a product, and an embedding is looked up.`,
    { hint: 'Use it at inputToHidden of a layer.' },
  );
}

function expectAsWide(embedding: number, layers: readonly Layer[]): void {
  const units = layers.at(-1)?.units;
  if (units === undefined || units === embedding) return;
  throw new UsageError(
    `languageModel: embedding is ${embedding}, expected ${units} where tied, as wide as the last layer.`,
  );
}

function expectCausal(layers: readonly Layer[]): void {
  if (layers.length === 0) {
    throw new UsageError('languageModel: layers is empty, expected at least one.');
  }
  layers.forEach((layer, k) => {
    if (!layer.causal) {
      throw new UsageError(
        `languageModel: layers.${k} is ${layer.spec.kind}, expected layers that see no later tokens.`,
      );
    }
    for (const [path, { normalizer }] of layer.normalizers(`layers.${k}`)) {
      refuseInCausalModel(normalizer, `languageModel: ${path}`);
    }
  });
}
