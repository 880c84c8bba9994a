import { DataError, type Batch } from '@bnrnn/core';
import type { SequenceModel, State } from '@bnrnn/recurrent';

/**
 * The recurrent state between windows: zero where a stream starts afresh, otherwise what the window
 * before has left. It owns the tensors it holds.
 */
export class CarriedState {
  #state: State | undefined;

  /** What is carried now; undefined before the first window. */
  get current(): State | undefined {
    return this.#state;
  }

  /**
   * The state that a batch starts from; stays owned here.
   *
   * @throws DataError when a state that was carried is not of the batch's streams.
   */
  before(model: SequenceModel, batch: Batch): State {
    const fresh = batch.kind === 'utterances' || batch.resetState;
    if (fresh || this.#state === undefined) this.replace(model.initialState(batch.batch));
    const state = this.#state as State;
    const rows = state[0]?.shape[0] ?? batch.batch;
    if (rows !== batch.batch) {
      throw new DataError(
        `train: the carried state has ${rows} streams, expected ${batch.batch} as the batch has.`,
      );
    }
    return state;
  }

  /** Takes over `next` (undefined: nothing) and frees what was held. */
  replace(next: State | undefined): void {
    const old = this.#state ?? [];
    this.#state = next;
    for (const tensor of old) if (next?.includes(tensor) !== true) tensor.dispose();
  }

  dispose(): void {
    this.replace(undefined);
  }
}
