import { engine, keep, type Tensor } from '@tensorflow/tfjs-core';

/**
 * Keeps tensors for the gradient of the op that has just run: its gradient function gets them as what was saved, in this
 * order, and they go when the tape goes. Does nothing where no tape is on.
 *
 * tfjs does the same for a gradient that names what it saves, but with a kernel and two nodes of the tape for each
 * tensor.
 */
export function saveForGradient(tensors: readonly Tensor[]): void {
  const { backend, state } = engine();
  if (!engine().isTapeOn()) return;
  const saved = state.activeTape.at(-1)?.saved;
  for (const tensor of tensors) {
    backend.incRef(tensor.dataId);
    saved?.push(keep(engine().makeTensorFromTensorInfo(tensor, backend)));
  }
}
