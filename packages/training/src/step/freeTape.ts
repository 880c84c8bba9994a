import { engine } from '@tensorflow/tfjs-core';

/**
 * Frees what a gradient call that threw has saved for its backward pass: tfjs itself frees it only
 * at the end of a backward pass that succeeds.
 */
export function freeTape(): void {
  const { state } = engine();
  // tfjs's types say the tape is always there; it is null after a backward pass.
  const tape = state.activeTape as typeof state.activeTape | null | undefined;
  for (const node of tape ?? []) node.saved?.forEach((tensor) => tensor.dispose());
}
