import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { trainCharacters, type Trained } from './trainCharacters';

/** Trains on one of tfjs's own backends, on the page's own thread. The modules of `wasm` lie beside the page. */
export async function main(backend: 'cpu' | 'wasm'): Promise<Trained> {
  if (typeof document !== 'undefined') setWasmPaths('/');
  return trainCharacters({ backend, steps: 20 });
}
