import { activate } from '@bnrnn/tensor-backend';
import { env, findBackendFactory, registerBackend, removeBackend } from '@tensorflow/tfjs-core';
import { infoOf } from './adapterInfo';
import { GpuBackend } from './gpu/gpuBackend';
import { bindKernels } from './bindKernels';

/** Dispatches that are recorded before they are handed to the device; with tfjs's 15 a large one waits. */
const dispatchesOfSubmit = 128;

const limits = [
  'maxBufferSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupStorageSize',
  'maxComputeWorkgroupsPerDimension',
  'maxStorageBufferBindingSize',
] as const;

/** What kernels use where the device has it. */
const features = ['subgroups', 'timestamp-query'] as const;

/**
 * Makes a device of an adapter tfjs's backend, with this package's kernels.
 *
 * @param wanted  the features that may be used; all when absent.
 */
export async function startDevice(
  adapter: GPUAdapter,
  wanted: readonly string[] = features,
): Promise<void> {
  const offered: ReadonlySet<string> = adapter.features;
  const device = await adapter.requestDevice({
    requiredFeatures: wanted.filter((feature) => offered.has(feature)) as GPUFeatureName[],
    requiredLimits: Object.fromEntries(limits.map((limit) => [limit, adapter.limits[limit]])),
  });
  // tfjs registers one of its own as it is loaded where WebGPU is there from the start.
  if ((findBackendFactory('webgpu') as unknown) !== null) removeBackend('webgpu');
  registerBackend('webgpu', () => new GpuBackend(device, infoOf(adapter)), 3);
  env().set('WEBGPU_DEFERRED_SUBMIT_BATCH_SIZE', dispatchesOfSubmit);
  bindKernels();
  await activate('webgpu');
}
