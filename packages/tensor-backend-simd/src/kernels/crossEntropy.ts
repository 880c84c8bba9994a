import type { Precision } from '@bnrnn/core';
import { projectedCrossEntropyOp, type KernelCall } from '@bnrnn/tensor-backend';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { SharedMemoryBackend } from '../backend/sharedMemoryBackend';
import { modes, operations } from '../programs/elementwise';
import { halvesLength, scratchLength } from '../programs/softmaxRoom';
import { free, opKernel, underTape, uploadLengths } from './kernel';

/** How the layer's work is cut. */
interface Cut {
  /** Bytes of one block of rows, and the most rows that it has. */
  readonly blockBytes: number;
  readonly mostRows: number;
  /** Logits of one tile of a block. */
  readonly tileBytes: number;
}

/** A tile stays in a core's cache. */
const float32Cut: Cut = { blockBytes: 12 * 2 ** 20, mostRows: Infinity, tileBytes: 2 ** 20 };

/** MKL converts the parts of the weights once for all blocks and all columns of a thread. */
const splitCut: Cut = { ...float32Cut, tileBytes: Infinity };

/** Products of bfloat16 take less time than their results in memory: a block has more rows. */
const bfloatCut: Cut = { blockBytes: 96 * 2 ** 20, mostRows: 1280, tileBytes: 2 * 2 ** 20 };

const cuts: Readonly<Record<Precision, Cut>> = {
  float32: float32Cut,
  bf16x3: splitCut,
  bf16: bfloatCut,
};

type Call = KernelCall<typeof projectedCrossEntropyOp>;

/** The gradients of the layer for the gradient `dNats` of its nats (all ones where undefined). */
interface LayerGradients {
  readonly dHidden: TensorInfo;
  readonly dWeights: TensorInfo;
  readonly dBias: TensorInfo;
}

function runLayer(
  backend: SharedMemoryBackend,
  { inputs, attributes }: Call,
  nats: TensorInfo,
  gradients?: LayerGradients,
  dNats?: TensorInfo,
): void {
  const { hidden, weights, bias, labels } = inputs;
  const [rows, units] = hidden.shape;
  const [, classes] = weights.shape;
  const { threads, precision } = backend.pool;
  const { blockBytes, mostRows, tileBytes } = cuts[precision];
  const blocks = Math.max(
    ...[1, Math.round((rows * classes * 4) / blockBytes), Math.ceil(rows / mostRows)],
  );
  const blockRows = Math.ceil(rows / blocks);
  const tileColumns = Math.min(
    ...[Math.ceil(classes / 16) * 16, Math.max(1, Math.floor(tileBytes / 4 / blockRows / 16)) * 16],
  );
  const sizes = { rows, units, classes, blockRows, tileColumns };
  const isHalf = precision === 'bf16';
  const block = backend.allocate(
    isHalf ? [threads * blockRows, tileColumns] : [blockRows, classes],
  );
  const halves = isHalf ? backend.allocate([halvesLength(sizes)]) : undefined;
  const scratch = backend.allocate([scratchLength(threads, sizes)]);
  const lengths = uploadLengths(backend, attributes.lengths);
  const batch = attributes.lengths?.each.length ?? rows;
  const { dHidden, dWeights, dBias } = gradients ?? {};
  backend.pool.run('projectedCrossEntropy', {
    ...{ ...sizes, batch },
    ...backend.offsets({ hidden, weights, bias, labels, lengths, nats }),
    ...backend.offsets({ block, scratch, halves }),
    ...backend.offsets({ dNats, dHidden, dWeights, dBias }),
  });
  free(backend, block, scratch, halves, lengths);
}

function allocateGradients(
  backend: SharedMemoryBackend,
  { hidden, weights, bias }: Call['inputs'],
): LayerGradients {
  return {
    dHidden: backend.allocate(hidden.shape),
    dWeights: backend.allocate(weights.shape),
    dBias: backend.allocate(bias.shape),
  };
}

/**
 * The softmax layer with its loss. Under a tape the forward pass already computes the gradients for the
 * gradient that a sum of the rows has, all ones, while the probabilities are in the cache; another constant scales
 * them, and only a gradient that differs between rows makes it compute the logits again.
 */
export const projectedCrossEntropy = opKernel(projectedCrossEntropyOp, {
  run(backend, call) {
    const nats = backend.allocate([call.inputs.hidden.shape[0]]);
    const gradients = underTape() ? allocateGradients(backend, call.inputs) : undefined;
    runLayer(backend, call, nats, gradients);
    if (gradients !== undefined) {
      const { dHidden, dWeights, dBias } = gradients;
      backend.keepResiduals(nats.dataId, [dHidden, dWeights, dBias]);
    }
    return { nats };
  },
  saves: ['hidden', 'weights', 'bias', 'labels', 'nats'],
  gradient(backend, { dys: { nats: dNats }, saved, attributes }) {
    const { nats } = saved;
    const residuals = backend.residuals(nats.dataId) as [TensorInfo, TensorInfo, TensorInfo];
    const [dHidden, dWeights, dBias] = residuals;
    const factor = commonValue(backend.view(dNats) as Float32Array);
    if (factor === undefined) {
      const again = backend.allocate(nats.shape);
      const call = { inputs: saved, attributes };
      runLayer(backend, call, again, { dHidden, dWeights, dBias }, dNats);
      backend.disposeData(again.dataId);
    } else if (factor !== 1) {
      for (const tensor of residuals) scaleInPlace(backend, tensor, factor);
    }
    backend.releaseResiduals(nats.dataId);
    return { hidden: dHidden, weights: dWeights, bias: dBias };
  },
});

/** The value of all elements, undefined where two differ. */
function commonValue(values: Float32Array): number | undefined {
  const first = values[0];
  return values.every((value) => value === first) ? first : undefined;
}

function scaleInPlace(backend: SharedMemoryBackend, tensor: TensorInfo, factor: number): void {
  const scalar = backend.makeTensorInfo([], 'float32', Float32Array.of(factor));
  const size = backend.view(tensor).length;
  backend.pool.run('binary', {
    ...{ operation: operations.Multiply, mode: modes.number, count: size, columns: 1 },
    ...backend.offsets({ a: tensor, b: scalar, out: tensor }),
  });
  backend.disposeData(scalar.dataId);
}
