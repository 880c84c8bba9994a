import type { Collective } from '@bnrnn/core';

/**
 * A signal that is aborted on every rank at the same place: where one process is asked to stop, all stop after the same
 * step.
 */
export class AgreedSignal {
  readonly #collective: Collective;
  readonly #own: AbortSignal | undefined;
  readonly #agreed = new AbortController();

  /** @param own  what asks this rank to stop. */
  constructor(collective: Collective, own: AbortSignal | undefined) {
    this.#collective = collective;
    this.#own = own;
  }

  /** Aborted once ranks have agreed to; one process's own signal where there is one process. */
  get signal(): AbortSignal | undefined {
    return this.#collective.size === 1 ? this.#own : this.#agreed.signal;
  }

  /** Asks all ranks whether one of them was asked to stop. Every rank calls it at the same place. */
  agree(): void {
    if (this.#collective.size === 1 || this.#agreed.signal.aborted) return;
    const wanted = Float64Array.of(Number(this.#own?.aborted === true));
    this.#collective.sum(wanted);
    if (wanted[0] !== 0)
      this.#agreed.abort(this.#own?.reason ?? new Error('Another rank stopped.'));
  }
}
