import {
  getKernel,
  registerKernel,
  unregisterKernel,
  type KernelConfig,
  type TensorInfo,
} from '@tensorflow/tfjs-core';

/** What a kernel may ask of tfjs's wasm backend. */
interface WasmMemory {
  makeOutput(shape: readonly number[], dtype: TensorInfo['dtype']): TensorInfo;
  typedArrayFromHeap(tensor: TensorInfo): Float32Array;
  disposeData(dataId: TensorInfo['dataId']): boolean;
}

/** The shape under which each right-hand matrix was packed first, by its data. */
const packedAs = new WeakMap<object, string>();

let repaired = false;

/**
 * Makes tfjs's wasm backend multiply by a matrix whose numbers it multiplied by before in another shape.
 *
 * Its kernels keep XNNPACK's packing of the right-hand matrix by the data alone, and a reshape shares its data:
 * with tfjs-backend-wasm 4.22, `matMul(a, b)` followed by `matMul(c, reshape(b, ...))` gives wrong numbers or
 * NaN without a word. Such a matrix is copied first.
 */
export function repairWasmProducts(): void {
  if (repaired) return;
  repaired = true;
  for (const name of ['BatchMatMul', '_FusedMatMul']) {
    const config = getKernel(name, 'wasm') as KernelConfig | undefined;
    if (config === undefined) continue;
    unregisterKernel(name, 'wasm');
    registerKernel(withOwnPacking(config));
  }
}

function withOwnPacking(config: KernelConfig): KernelConfig {
  return {
    ...config,
    kernelFunc(call) {
      const { b } = call.inputs as { b: TensorInfo };
      if (call.attrs?.['transposeA'] === true || call.attrs?.['transposeB'] === true) {
        return config.kernelFunc(call); // not by XNNPACK
      }
      const shape = b.shape.slice(-2).join(' x ');
      const first = packedAs.get(b.dataId) ?? shape;
      packedAs.set(b.dataId, first);
      if (first === shape) return config.kernelFunc(call);
      const memory = call.backend as WasmMemory;
      const copy = memory.makeOutput(b.shape, b.dtype);
      memory.typedArrayFromHeap(copy).set(memory.typedArrayFromHeap(b));
      try {
        return config.kernelFunc({ ...call, inputs: { ...call.inputs, b: copy } });
      } finally {
        memory.disposeData(copy.dataId);
      }
    },
  };
}
