import { signalsOf } from '../threads/control';
import { sayEnded } from '../threads/ended';
import type { ThreadSeed } from '../pool/makeThread';
import { ownProducts } from '../pool/ownProducts';
import { serve } from '../pool/serve';

/** The entry of a worker in a page: its first message is its seed. */
globalThis.onmessage = ({ data: seed }: MessageEvent<ThreadSeed>) => {
  try {
    serve(seed, ownProducts, () => globalThis.postMessage('ready'));
  } finally {
    sayEnded(signalsOf(seed.memory));
  }
};
