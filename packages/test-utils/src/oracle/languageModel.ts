import { axis, reshape64, type Array64 } from '../array64';
import { addToRows, product } from './arithmetic';
import type { SequenceNormalizer } from './layers';
import { softmaxCrossEntropy } from './crossEntropy';
import { dropout } from './dropout';
import { embedding } from './embedding';

export interface LanguageModelOptions {
  /** Token ids [T·B], time-major. */
  ids: ArrayLike<number>;
  /** The next token of each [T·B]. */
  targets: ArrayLike<number>;
  time: number;
  batch: number;
  /** [V, E]. */
  embedding: Array64;
  /** From below: each takes [T, B, I] to [T, B, H], e.g. `lstmLayer` with its weights and state. */
  layers: readonly ((x: Array64) => { hidden: Array64 })[];
  /** [H, V]. */
  softmaxWeights: Array64;
  /** [V]. */
  softmaxBias: Array64;
  /**
   * Inverted dropout masks, one more than there are layers, in the order in which they act: on the
   * embedding's output, between the layers, before the softmax.
   */
  dropoutMasks?: readonly ArrayLike<number>[] | undefined;
  /** On the embedding's output, before its dropout. */
  normalizeEmbedding?: SequenceNormalizer | undefined;
}

export interface LanguageModelResult {
  /** [T·B, H], after the last dropout. */
  hidden: Array64;
  /** [T·B, V]. */
  logits: Array64;
  /** [T·B]: nats of each token. */
  nats: Array64;
  /** Σ nats / B: summed over the steps, averaged over the batch. */
  loss: number;
}

/**
 * A whole recurrent language model: embedding, layers, softmax, cross entropy.
 *
 *   loss = Σ_t Σ_b −log softmax(hidden[t, b]·W + bias)[target[t, b]] / B
 *
 * @see Zaremba, Sutskever, Vinyals 2014, section 3, for the places of dropout.
 */
export function languageModel(options: LanguageModelOptions): LanguageModelResult {
  const { ids, targets, time, batch, layers, dropoutMasks } = options;
  const drop = (x: Array64, place: number): Array64 => {
    const mask = dropoutMasks?.[place];
    return mask === undefined ? x : dropout({ x, mask });
  };
  const embedded = embedding({ table: options.embedding, ids });
  const { normalizeEmbedding = (values: Array64) => values } = options;
  const bottom = reshape64(embedded, [time, batch, axis(embedded, 1)]);
  let x = drop(normalizeEmbedding(bottom, undefined), 0);
  layers.forEach((layer, k) => (x = drop(layer(x).hidden, k + 1)));

  const hidden = reshape64(x, [time * batch, axis(x, 2)]);
  const logits = addToRows(product(hidden, options.softmaxWeights), options.softmaxBias);
  const nats = softmaxCrossEntropy({ logits, labels: targets });
  const loss = nats.data.reduce((sum, value) => sum + value, 0) / batch;
  return { hidden, logits, nats, loss };
}
