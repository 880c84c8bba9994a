import {
  projectedCrossEntropyContract,
  softmaxCrossEntropyContract,
  type OpKernelConfig,
} from '@bnrnn/tensor-backend';
import {
  add,
  expandDims,
  getKernel,
  matMul,
  mul,
  registerGradient,
  registerKernel,
  reshape,
  tidy,
  type GradConfig,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import { sparseSoftmax } from './sparseSoftmax';
import type { TensorflowBackend } from './tfjsNode';

/** The most logits that are held at once, as in the reference: 32 MiB of float32; above it the reference runs. */
const mostLogits = 8 * 1024 * 1024;

type Inputs<Name extends string> = Record<Name, Tensor>;

/** `softmaxCrossEntropy`; the second output is what its gradient needs, and no part of the contract. */
const softmaxCrossEntropyKernel: OpKernelConfig = {
  kernelName: softmaxCrossEntropyContract.name,
  backendName: 'tensorflow',
  kernelFunc: ({ inputs, attrs, backend }) => {
    const { logits, labels, weights } = inputs as Inputs<'logits' | 'labels' | 'weights'>;
    return rows(backend, logits, labels, attrs?.['hasWeights'] === true ? weights : undefined);
  },
};

/** `projectedCrossEntropy` where its logits fit at once. */
export const projectedCrossEntropyKernel: OpKernelConfig = {
  kernelName: projectedCrossEntropyContract.name,
  backendName: 'tensorflow',
  supports: (_, inputs) => {
    const { hidden, weights } = inputs as unknown as Inputs<'hidden' | 'weights'>;
    return hidden.shape[0] * (weights.shape[1] as number) <= mostLogits;
  },
  kernelFunc: ({ inputs, attrs, backend }) =>
    tidy(() => {
      const { hidden, weights, bias, labels, rowWeights } = inputs as unknown as Layer;
      const logits = add(matMul(hidden, weights), bias);
      return rows(
        backend,
        logits,
        labels,
        attrs?.['hasRowWeights'] === true ? rowWeights : undefined,
      );
    }),
};

/** The gradients of both kernels. */
const crossEntropyGradients: readonly GradConfig[] = [
  {
    kernelName: softmaxCrossEntropyContract.name,
    inputsToSave: ['weights'],
    outputsToSave: [false, true],
    gradFunc: (dy, saved, attributes) => {
      const [weights, slopes] = saved as [Tensor, Tensor2D];
      const logits = tidy(() =>
        mul(slopes, expandDims(slopeOf(dy, attributes['hasWeights'] === true, weights), 1)),
      );
      return handOut(saved, { logits });
    },
  },
  {
    kernelName: projectedCrossEntropyContract.name,
    inputsToSave: ['hidden', 'weights', 'rowWeights'],
    outputsToSave: [false, true],
    gradFunc: (dy, saved, attributes) => {
      const [hidden, weights, rowWeights, slopes] = saved as [Tensor2D, Tensor2D, Tensor, Tensor2D];
      const gradients = tidy(() => {
        const slope = slopeOf(dy, attributes['hasRowWeights'] === true, rowWeights);
        const column = expandDims(slope, 1);
        // Rows are scaled in the narrow matrices of the layer, not in the wide one of the slopes.
        return {
          hidden: mul(matMul(slopes, weights, false, true), column),
          weights: matMul(mul(hidden, column), slopes, true, false),
          bias: reshape(matMul(column, slopes, true, false), [slopes.shape[1]]),
        };
      });
      return handOut(saved, gradients);
    },
  },
];

/** Registers the kernels for which TensorFlow has a fused op; the gradients each time, as tfjs has one for all backends. */
export function registerCrossEntropyKernels(): void {
  for (const kernel of [softmaxCrossEntropyKernel, projectedCrossEntropyKernel]) {
    const there: unknown = getKernel(kernel.kernelName, kernel.backendName);
    if (there === undefined) registerKernel(kernel);
  }
  crossEntropyGradients.forEach(registerGradient);
}

type Layer = Record<'hidden' | 'weights', Tensor2D> &
  Record<'bias' | 'labels' | 'rowWeights', Tensor1D>;

/** The nats of each row, weighted, and the slopes that the gradient needs. */
function rows(
  backend: unknown,
  logits: Tensor,
  labels: Tensor,
  weights: Tensor | undefined,
): Tensor[] {
  const { nats, slopes } = sparseSoftmax(backend as TensorflowBackend, logits, labels);
  if (weights === undefined) return [nats, slopes];
  const weighted = mul(nats, weights);
  nats.dispose();
  return [weighted, slopes];
}

/** The slope of each row of nats: its gradient times its weight. */
function slopeOf(dy: Tensor | Tensor[], isWeighted: boolean, weights: Tensor): Tensor {
  const slope = (Array.isArray(dy) ? dy[0] : dy) as Tensor;
  return isWeighted ? mul(slope, weights) : slope;
}

/** Frees what was saved, and answers with gradients that are computed already. */
function handOut(
  saved: readonly Tensor[],
  gradients: Readonly<Record<string, Tensor>>,
): Record<string, () => Tensor> {
  for (const tensor of saved) tensor.dispose();
  return Object.fromEntries(
    Object.entries(gradients).map(([name, tensor]) => [name, () => tensor]),
  );
}
