import { util, type TensorInfo } from '@tensorflow/tfjs-core';
import type { GpuBackend } from './gpuBackend';
import { recorderOf } from './recorder';

/** Copies all of the smaller of two tensors: from element `fromAt` of one to element `toAt` of the other. */
export function copyNumbers(
  backend: GpuBackend,
  from: TensorInfo,
  fromAt: number,
  to: TensorInfo,
  toAt: number,
): void {
  const count = Math.min(sizeOf(from) - fromAt, sizeOf(to) - toAt);
  if (count === 0) return;
  const encoder = outsideOfPasses(backend, from, to);
  const [source, target] = [backend.bufferOf(from), backend.bufferOf(to)];
  encoder.copyBufferToBuffer(source, 4 * fromAt, target, 4 * toAt, 4 * count);
}

/** Sets `count` numbers of a tensor to 0. */
export function clearNumbers(
  backend: GpuBackend,
  tensor: TensorInfo,
  start: number,
  count: number,
): void {
  if (count === 0) return;
  outsideOfPasses(backend, tensor).clearBuffer(backend.bufferOf(tensor), 4 * start, 4 * count);
}

/** The encoder between two passes, for commands on tensors that live until it is submitted. */
function outsideOfPasses(backend: GpuBackend, ...tensors: TensorInfo[]): GPUCommandEncoder {
  const recorder = recorderOf(backend);
  for (const { dataId } of tensors) recorder.commandQueueOwnedIds.add(dataId);
  backend.ensureCommandEncoderReady();
  backend.endComputePassEncoder();
  return recorder.commandEncoder;
}

function sizeOf({ shape }: TensorInfo): number {
  return util.sizeFromShape(shape);
}
