import type { Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import type { SharedMemoryBackend } from '../backend/sharedMemoryBackend';
import { modes, operations } from '../programs/elementwise';
import { scratchLength } from '../programs/projectedCrossEntropy';
import { activeBackend, handOut, optionalOffset, type SimdKernel, underTape } from './kernel';

/** Logits of one block of rows: small enough to stay in a core's cache beside the weights' columns. */
const blockBytes = 12 * 1024 * 1024;

/** Softmax cross entropy of whole logits: the probabilities become the gradient in place. */
export const softmaxCrossEntropy: SimdKernel = {
  name: 'SoftmaxCrossEntropy',
  run(backend, inputs, attributes) {
    const { logits, labels, weights } = inputs as Record<
      'logits' | 'labels' | 'weights',
      TensorInfo
    >;
    const [rows, columns] = logits.shape as [number, number];
    const nats = backend.allocate([rows]);
    const probabilities = backend.allocate([rows, columns]);
    const scratch = backend.allocate([2, rows]);
    backend.pool.run('softmaxCrossEntropy', {
      ...{ rows, columns },
      ...backend.offsets({ logits, labels, nats, probabilities, scratch }),
      weights: optionalOffset(backend, weights, attributes['hasWeights']),
    });
    backend.disposeData(scratch.dataId);
    if (underTape()) backend.keepResiduals(nats.dataId, [probabilities]);
    else backend.disposeData(probabilities.dataId);
    return nats;
  },
  gradient: {
    inputsToSave: ['labels', 'weights'],
    outputsToSave: [true],
    gradFunc: (dy, saved, attributes) => {
      const backend = activeBackend();
      const [labels, weights, nats] = saved as [Tensor, Tensor, Tensor];
      const [probabilities] = backend.residuals(nats.dataId) as [TensorInfo];
      const [rows, columns] = probabilities.shape as [number, number];
      const scratch = backend.allocate([rows]);
      backend.pool.run('softmaxGradient', {
        ...{ rows, columns },
        ...backend.offsets({ probabilities, labels, dNats: dy as Tensor, scratch }),
        weights: optionalOffset(backend, weights, attributes['hasWeights']),
      });
      backend.disposeData(scratch.dataId);
      backend.releaseResiduals(nats.dataId);
      return handOut({ logits: probabilities, labels: undefined, weights: undefined });
    },
  },
};

interface Layer {
  hidden: TensorInfo;
  weights: TensorInfo;
  bias: TensorInfo;
  labels: TensorInfo;
  rowWeights: TensorInfo;
}

/** The gradients of the layer for the gradient `dNats` of its nats (all ones where undefined). */
interface LayerGradients {
  dHidden: TensorInfo;
  dWeights: TensorInfo;
  dBias: TensorInfo;
}

function runLayer(
  backend: SharedMemoryBackend,
  layer: Layer,
  hasRowWeights: unknown,
  nats: TensorInfo,
  gradients: LayerGradients | undefined,
  dNats: TensorInfo | undefined,
): void {
  const { hidden, weights, bias, labels, rowWeights } = layer;
  const [rows, units] = hidden.shape as [number, number];
  const classes = weights.shape[1] as number;
  const blocks = Math.max(1, Math.round((rows * classes * 4) / blockBytes));
  const blockRows = Math.ceil(rows / blocks);
  const block = backend.allocate([blockRows, classes]);
  const { threads } = backend.pool;
  const scratch = backend.allocate([scratchLength(threads, rows, units, blockRows)]);
  backend.pool.run('projectedCrossEntropy', {
    ...{ rows, units, classes, blockRows },
    ...backend.offsets({ hidden, weights, bias, labels, nats, block, scratch }),
    rowWeights: optionalOffset(backend, rowWeights, hasRowWeights),
    dNats: optionalOffset(backend, dNats),
    dHidden: optionalOffset(backend, gradients?.dHidden),
    dWeights: optionalOffset(backend, gradients?.dWeights),
    dBias: optionalOffset(backend, gradients?.dBias),
  });
  backend.disposeData(block.dataId);
  backend.disposeData(scratch.dataId);
}

function allocateGradients(backend: SharedMemoryBackend, layer: Layer): LayerGradients {
  return {
    dHidden: backend.allocate([...layer.hidden.shape]),
    dWeights: backend.allocate([...layer.weights.shape]),
    dBias: backend.allocate([...layer.bias.shape]),
  };
}

/**
 * The softmax layer with its loss. Under a tape the forward pass already computes the gradients for the
 * gradient that a sum of the rows has, all ones, while the probabilities are in the cache; another constant scales
 * them, and only a gradient that differs between rows makes it compute the logits again.
 */
export const projectedCrossEntropy: SimdKernel = {
  name: 'ProjectedCrossEntropy',
  run(backend, inputs, attributes) {
    const layer = inputs as unknown as Layer;
    const nats = backend.allocate([layer.hidden.shape[0] as number]);
    const gradients = underTape() ? allocateGradients(backend, layer) : undefined;
    runLayer(backend, layer, attributes['hasRowWeights'], nats, gradients, undefined);
    if (gradients !== undefined) {
      const { dHidden, dWeights, dBias } = gradients;
      backend.keepResiduals(nats.dataId, [dHidden, dWeights, dBias]);
    }
    return nats;
  },
  gradient: {
    inputsToSave: ['hidden', 'weights', 'bias', 'labels', 'rowWeights'],
    outputsToSave: [true],
    gradFunc: (dy, saved, attributes) => {
      const backend = activeBackend();
      const [hidden, weights, bias, labels, rowWeights, nats] = saved as [
        Tensor,
        Tensor,
        Tensor,
        Tensor,
        Tensor,
        Tensor,
      ];
      const residuals = backend.residuals(nats.dataId) as [TensorInfo, TensorInfo, TensorInfo];
      const factor = commonValue(backend.view(dy as Tensor) as Float32Array);
      if (factor === undefined) {
        const [dHidden, dWeights, dBias] = residuals;
        const layer = { hidden, weights, bias, labels, rowWeights };
        const again = backend.allocate(nats.shape);
        runLayer(
          backend,
          layer,
          attributes['hasRowWeights'],
          again,
          { dHidden, dWeights, dBias },
          dy as Tensor,
        );
        backend.disposeData(again.dataId);
      } else if (factor !== 1) {
        for (const tensor of residuals) scaleInPlace(backend, tensor, factor);
      }
      backend.releaseResiduals(nats.dataId);
      return handOut({
        hidden: residuals[0],
        weights: residuals[1],
        bias: residuals[2],
        labels: undefined,
        rowWeights: undefined,
      });
    },
  },
};

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
