import { BackendError } from '@bnrnn/core';
import { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { engine, type DataType, type TensorInfo } from '@tensorflow/tfjs-core';

type Values = Awaited<ReturnType<WebGPUBackend['read']>>;

/**
 * tfjs's WebGPU backend, which also holds what kernels keep for their gradients, counts dispatches, and says in a
 * sentence what the device reports.
 */
export class GpuBackend extends WebGPUBackend {
  /** Dispatches recorded since the start. */
  dispatches = 0;
  readonly #residuals = new Map<object, readonly TensorInfo[]>();
  #problem: BackendError | undefined;
  #nothing: TensorInfo | undefined;

  constructor(device: GPUDevice, info?: GPUAdapterInfo) {
    super(device, info);
    device.addEventListener('uncapturederror', (event) => {
      const { error } = event;
      const isMemory = error.constructor.name === 'GPUOutOfMemoryError';
      this.#problem ??= isMemory
        ? new BackendError('webgpu: the device has no memory left for a tensor.', {
            hint: 'Take a smaller batch, fewer time steps or a smaller model. The newest checkpoint is good.',
          })
        : new BackendError(`webgpu: the device refused a command: ${error.message}`);
    });
    void device.lost.then(({ reason, message }) => {
      if (reason === 'destroyed') return;
      this.#problem ??= new BackendError(`webgpu: the device was lost: ${message}`, {
        hint: 'Resume from the newest checkpoint.',
      });
    });
  }

  /** @throws (rejects) BackendError when the device was lost or has refused a command since the last read. */
  override async read(dataId: object): Promise<Values> {
    const values = await super.read(dataId);
    this.expectHealthy();
    return values;
  }

  /** @throws BackendError, once, for what the device reported. */
  expectHealthy(): void {
    const problem = this.#problem;
    this.#problem = undefined;
    if (problem !== undefined) throw problem;
  }

  override runWebGPUProgram(
    ...given: Parameters<WebGPUBackend['runWebGPUProgram']>
  ): ReturnType<WebGPUBackend['runWebGPUProgram']> {
    this.dispatches++;
    return super.runWebGPUProgram(...given);
  }

  override disposeData(dataId: object, force?: boolean): boolean {
    const isGone = super.disposeData(dataId, force);
    if (isGone) this.releaseResiduals(dataId);
    return isGone;
  }

  /** A tensor whose elements are not set. */
  allocate(shape: readonly number[], dtype: DataType = 'float32'): TensorInfo {
    return this.makeTensorInfo([...shape], dtype);
  }

  /** One int32 that stands where a program's optional input is absent. */
  get nothing(): TensorInfo {
    return (this.#nothing ??= this.makeTensorInfo([1], 'int32', Int32Array.of(0)));
  }

  /** The buffer of a tensor, uploaded if need be. */
  bufferOf({ dataId }: TensorInfo): GPUBuffer {
    this.uploadToGPU(dataId);
    return this.tensorMap.get(dataId).resource as GPUBuffer;
  }

  /** Keeps tensors for a gradient as long as an output lives; frees them at once where no gradient can be asked for. */
  keepResiduals(output: TensorInfo, residuals: readonly TensorInfo[]): void {
    const { gradientDepth } = engine().state;
    if (gradientDepth > 0) this.#residuals.set(output.dataId, residuals);
    else this.free(...residuals);
  }

  residuals(output: TensorInfo): readonly TensorInfo[] {
    const kept = this.#residuals.get(output.dataId);
    if (kept === undefined) throw new BackendError('webgpu: a gradient was asked for twice.');
    return kept;
  }

  /** Gives residuals up: the caller of `residuals` takes over those that it does not name here. */
  takeResiduals(output: TensorInfo): readonly TensorInfo[] {
    const kept = this.residuals(output);
    this.#residuals.delete(output.dataId);
    return kept;
  }

  free(...tensors: readonly (TensorInfo | undefined)[]): void {
    for (const tensor of tensors) if (tensor !== undefined) this.disposeData(tensor.dataId);
  }

  private releaseResiduals(dataId: object): void {
    const kept = this.#residuals.get(dataId);
    this.#residuals.delete(dataId);
    if (kept !== undefined) this.free(...kept);
  }
}
