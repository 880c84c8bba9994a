import { BackendError, memoryOfMachine } from '@bnrnn/core';
import { rehearse } from '@bnrnn/tensor-backend';

/** What a model's size means for memory, known before anything is made. */
export interface ModelSize {
  /** Trained numbers. */
  readonly parameters: number;
  /** Those of an embedding among them, whose gradient a backend may keep for the rows of a batch alone. */
  readonly embedding: number;
  /** Numbers that the optimizer remembers for each parameter: 0 plain, 1 momentum, 2 Adam. */
  readonly slots: number;
}

const bytesOfNumber = 4;

/**
 * Refuses a model whose parameters, optimizer slots and gradients alone cannot be held, before they are made:
 *
 *   needed = 4 · (parameters · (1 + slots) + parameters − embedding) bytes
 *
 * What a step holds beside them is found later, by `expectStepFits`.
 *
 * @param room  bytes: what the active backend holds, no more than the machine or its container has.
 * @throws BackendError naming what is needed, what there is, and how many parameters would fit.
 */
export function expectModelFits(size: ModelSize, room: number = memoryForTensors()): void {
  const { parameters, embedding, slots } = size;
  const needed = bytesOfNumber * (parameters * (2 + slots) - embedding);
  if (needed <= room) return;
  const fitting = Math.floor((parameters * room) / needed / 1e6);
  const count = (value: number): string => value.toLocaleString('en-US');
  const mib = (bytes: number): string => `${count(Math.ceil(bytes / 2 ** 20))} MiB`;
  throw new BackendError(
    `train: ${count(parameters)} parameters with their gradients and what the optimizer remembers need ${mib(needed)}, and there is room for ${mib(room)}.`,
    {
      hint: `Take fewer units or a smaller vocabulary: about ${count(fitting)} million parameters would fit without a batch.`,
    },
  );
}

/** Bytes that tensors may take: what the active backend holds, no more than the machine or its container has. */
function memoryForTensors(): number {
  const held = rehearse(() => undefined)?.capacityBytes ?? Infinity;
  return Math.min(held, memoryOfMachine());
}
