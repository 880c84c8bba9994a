import { BackendError } from '@bnrnn/core';
import { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { engine, util, type DataType, type TensorInfo } from '@tensorflow/tfjs-core';
import { heldBy } from './recorder';

const smaller = {
  hint: 'Take a smaller batch, fewer time steps or a smaller model. The newest checkpoint is good.',
};

type Values = Awaited<ReturnType<WebGPUBackend['read']>>;

/**
 * tfjs's WebGPU backend, which also holds what kernels keep for their gradients, counts dispatches, and says in a
 * sentence what the device reports.
 */
export class GpuBackend extends WebGPUBackend {
  /** Dispatches recorded since the start. */
  dispatches = 0;
  readonly #residuals = new Map<object, readonly TensorInfo[]>();
  /** What the device has refused since the last read. */
  #problem: BackendError | undefined;
  /** Set for good once the device is lost. */
  #lost: BackendError | undefined;
  readonly #loss: Promise<void>;
  #nothing: TensorInfo | undefined;

  constructor(device: GPUDevice, info?: GPUAdapterInfo) {
    super(device, info);
    device.addEventListener('uncapturederror', (event) => {
      const { error } = event;
      const isMemory = error.constructor.name === 'GPUOutOfMemoryError';
      this.#problem ??= isMemory
        ? new BackendError('webgpu: the device has no memory left for a tensor.', smaller)
        : new BackendError(`webgpu: the device refused a command: ${error.message}`);
    });
    this.#loss = device.lost.then(({ reason, message }) => {
      const why =
        message || (reason === 'destroyed' ? 'it was destroyed.' : 'it does not say why.');
      this.#lost = new BackendError(`webgpu: the device was lost: ${why}`, {
        hint: 'Start the process or the page again; a run goes on from its newest checkpoint.',
      });
    });
  }

  /** @throws (rejects) BackendError when the device was lost or has refused a command since the last read. */
  override async read(dataId: object): Promise<Values> {
    try {
      const values = await super.read(dataId);
      this.expectHealthy();
      return values;
    } catch (error) {
      if (error instanceof BackendError) throw error;
      // A loss is told after what it breaks.
      await Promise.race([this.#loss, new Promise((resolve) => setTimeout(resolve, 1000))]);
      this.expectHealthy();
      throw error;
    }
  }

  /** @throws BackendError for what the device reported: a loss each time, anything else once. */
  expectHealthy(): void {
    if (this.#lost !== undefined) throw this.#lost;
    const problem = this.#problem;
    this.#problem = undefined;
    if (problem !== undefined) throw problem;
  }

  /**
   * Uploads through the queue: tfjs would make a buffer for each upload.
   *
   * @throws BackendError for a tensor that the device can hold in no buffer.
   */
  override uploadToGPU(dataId: object): void {
    const held = heldBy(this, dataId);
    if (held.resource != null) return;
    const size = 4 * util.sizeFromShape([...held.shape]);
    this.expectBufferFits(size, held.shape);
    const { STORAGE, COPY_SRC, COPY_DST } = GPUBufferUsage;
    const buffer = this.bufferManager.acquireBuffer(size, STORAGE | COPY_SRC | COPY_DST);
    if (held.values != null) {
      const { dtype, values } = held;
      const numbers = dtype === 'float32' ? Float32Array.from(values) : Int32Array.from(values);
      this.queue.writeBuffer(buffer, 0, numbers);
      held.values = null;
    }
    held.resource = buffer;
  }

  private expectBufferFits(bytes: number, shape: readonly number[]): void {
    const { maxBufferSize, maxStorageBufferBindingSize } = this.device.limits;
    const most = Math.min(maxBufferSize, maxStorageBufferBindingSize);
    if (bytes <= most) return;
    const [needed, there] = [bytes, most].map((size) => (size / 2 ** 20).toFixed(0));
    throw new BackendError(
      `webgpu: a tensor [${shape.join(', ')}] needs ${needed} MiB, and a buffer of this device holds ${there} MiB at most.`,
      smaller,
    );
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
    return heldBy(this, dataId).resource as GPUBuffer;
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
