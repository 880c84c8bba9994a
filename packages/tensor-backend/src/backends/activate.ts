import { BackendError } from '@bnrnn/core';
import { ready, setBackend } from '@tensorflow/tfjs-core';

/** Makes a backend tfjs's own and waits until it is. */
export async function activate(tfjsName: string): Promise<void> {
  const done = await setBackend(tfjsName);
  if (!done) throw new BackendError(`tfjs could not initialize its backend "${tfjsName}".`);
  await ready();
}
