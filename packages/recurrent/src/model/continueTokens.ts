import { UsageError } from '@bnrnn/core';
import { dispose } from '@tensorflow/tfjs-core';
import type { SequenceModel } from './sequenceModel';

export interface ContinueTokensOptions {
  /** What the sequence begins with, at least one token. */
  readonly prompt: readonly number[];
  /**
   * Chooses the next token.
   *
   * @param logits    float32 [classes], of the token behind `position`.
   * @param position  tokens before it, less one: from `prompt.length - 1` on.
   */
  readonly choose: (logits: Float32Array, position: number) => number;
}

/**
 * Continues a sequence token by token under the stored statistics, without end: leave the loop when it is enough.
 *
 *     for await (const token of continueTokens(model, { prompt: [3], choose })) ...
 *
 * Every state and every logit is freed as soon as it is used, also when the loop is left or `choose` throws.
 *
 * @param model  a language model; not modified.
 * @throws UsageError for an empty prompt.
 */
export async function* continueTokens(
  model: SequenceModel,
  { prompt, choose }: ContinueTokensOptions,
): AsyncGenerator<number, void, undefined> {
  const [first] = prompt;
  if (first === undefined) {
    throw new UsageError('continueTokens: the prompt is empty, expected at least one token.', {
      hint: 'A text begins behind the end of a line: prompt: [vocabulary.idOf("<eos>")].',
    });
  }
  let token = first;
  let state = model.initialState(1);
  try {
    for (let position = 0; ; position++) {
      const { logits, state: next } = model.step([token], state, { position });
      dispose([...state]);
      state = next;
      const known = prompt[position + 1];
      try {
        token = known ?? choose((await logits.data()) as Float32Array, position);
      } finally {
        logits.dispose();
      }
      if (known === undefined) yield token;
    }
  } finally {
    dispose([...state]);
  }
}
