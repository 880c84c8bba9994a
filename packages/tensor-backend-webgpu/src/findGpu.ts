import type * as Dawn from 'webgpu';

/** WebGPU's entry point, or why there is none. */
export type FoundGpu =
  { readonly gpu: GPU } | { readonly reason: string; readonly fix: string; readonly absent?: true };

/** Held for the life of the process: Dawn's devices do not outlive the object that made them. */
let found: GPU | undefined;

/**
 * The runtime's own WebGPU where it has one, as browsers and Deno do; in Node that of the package `webgpu`, whose
 * classes become globals as they are in a browser.
 */
export async function findGpu(): Promise<FoundGpu> {
  const { navigator } = globalThis as { navigator?: { readonly gpu?: GPU } };
  found ??= navigator?.gpu;
  if (found !== undefined) return { gpu: found };
  if (!('process' in globalThis)) {
    return {
      reason: 'This browser has no WebGPU.',
      fix: 'Take a browser that has it, over https or from localhost; "simd" and "wasm" run without it.',
      absent: true,
    };
  }
  let dawn: typeof Dawn;
  try {
    dawn = await import('webgpu');
  } catch (error) {
    return whyNotLoaded(error);
  }
  Object.assign(globalThis, dawn.globals);
  found = dawn.create([]);
  const holder: object = navigator ?? {};
  Object.defineProperty(holder, 'gpu', { value: found, configurable: true });
  if (navigator === undefined) {
    Object.defineProperty(globalThis, 'navigator', { value: holder, configurable: true });
  }
  return { gpu: found };
}

function whyNotLoaded(error: unknown): FoundGpu {
  const { code, message } = error as { code?: string; message?: string };
  if (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND') {
    return {
      reason: 'The package webgpu is not installed.',
      fix: 'npm install webgpu@0.6.2',
      absent: true,
    };
  }
  return {
    reason: `The package webgpu is installed but does not load: ${String(message).split('\n')[0]}`,
    fix: 'It needs x64 or arm64 and, on Linux, glibc 2.34 or later.',
  };
}
