import { signalsOf } from '../threads/control';
import { sayEnded } from '../threads/ended';
import type { ThreadSeed } from '../threads/makeThread';
import { ownProducts } from '../threads/ownProducts';
import { serve } from '../threads/serve';

/** The entry of a worker in a page: its first message is its seed. */
globalThis.onmessage = ({ data: seed }: MessageEvent<ThreadSeed>) => {
  try {
    serve(seed, ownProducts, () => globalThis.postMessage('ready'));
  } finally {
    sayEnded(signalsOf(seed.memory));
  }
};
