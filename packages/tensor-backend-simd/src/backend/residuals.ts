import { BackendError } from '@bnrnn/core';
import type { TensorInfo } from '@tensorflow/tfjs-core';

type DataId = TensorInfo['dataId'];

/** Tensors that a gradient will need, filed under one that lives until then. */
export class Residuals {
  readonly #filed = new Map<DataId, TensorInfo[]>();

  keep(under: DataId, tensors: TensorInfo[]): void {
    this.#filed.set(under, tensors);
  }

  /** @throws BackendError where none are filed. */
  of(under: DataId): TensorInfo[] {
    const found = this.#filed.get(under);
    if (found !== undefined) return found;
    throw new BackendError(
      'simd: a gradient was asked for twice, or for a forward pass that ran outside the tape.',
    );
  }

  /** Forgets those filed under a tensor; they are the caller's. */
  release(under: DataId): TensorInfo[] {
    const found = this.#filed.get(under) ?? [];
    this.#filed.delete(under);
    return found;
  }

  clear(): void {
    this.#filed.clear();
  }
}
