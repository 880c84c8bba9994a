import { Cast, type CastAttrs, type CastInputs } from '@tensorflow/tfjs-core';
import { cpuKernel, tfjsKernel } from './kernel';

/**
 * tfjs's `Cast`. tfjs's cpu kernel lets a float32 tensor share the bytes of an int32 or bool one and
 * trusts JavaScript's arrays to tell them apart; kernels that read memory need numbers of their own.
 */
export const cast = tfjsKernel<{ inputs: CastInputs; attributes: CastAttrs }>(
  Cast,
  (backend, inputs, attributes) => {
    const { x } = inputs;
    const { dtype } = attributes;
    const widens =
      (dtype === 'float32' && (x.dtype === 'int32' || x.dtype === 'bool')) ||
      (dtype === 'int32' && x.dtype === 'bool');
    if (!widens) return cpuKernel(Cast, backend, inputs, attributes);
    const out = backend.allocate(x.shape, dtype);
    backend.view(out).set(backend.view(x));
    return out;
  },
);
