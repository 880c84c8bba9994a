import { simdBackend } from '@bnrnn/tensor-backend-simd';
import { trainCharacters, type Trained, type Wanted } from './trainCharacters';

/** Where and on how many threads; the backend's own choice when absent. */
export type Place = Pick<Wanted, 'threads'> & { readonly inWorker: boolean };

/** Trains on simd on this thread, or in a worker of the page that runs this very file. */
export async function main({ inWorker, ...wanted }: Place): Promise<Trained> {
  if (!inWorker) return trainOnSimd(wanted);
  const worker = new Worker(import.meta.url, { type: 'module' });
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<Trained | string>) => {
      worker.terminate();
      if (typeof data === 'string') reject(new Error(data));
      else resolve(data);
    };
    worker.onerror = ({ message }) => reject(new Error(message));
    worker.postMessage(wanted);
  });
}

const trainOnSimd = (wanted: Pick<Wanted, 'threads'>): Promise<Trained> =>
  trainCharacters({ backend: simdBackend, steps: 50, inside: true, ...wanted });

if (typeof document === 'undefined' && 'onmessage' in globalThis) {
  globalThis.onmessage = ({ data }: MessageEvent<Pick<Wanted, 'threads'>>) => {
    void trainOnSimd(data)
      .catch((error: unknown) => String(error))
      .then((result) => globalThis.postMessage(result));
  };
}
