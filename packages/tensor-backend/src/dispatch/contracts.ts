import type { Lengths } from '@bnrnn/core';
import { defineContract } from './opContract';

/** Where rows are padded; undefined where every step is real. */
interface Padded {
  lengths: Lengths | undefined;
}

/** See `lstmScan`. */
export const lstmScanContract = defineContract<Padded & { reverse: boolean }>()({
  name: 'LstmScan',
  op: 'lstmScan',
  inputs: ['projected', 'recurrent', 'hidden0', 'cell0'],
  optional: ['recurrentBias', 'peepholes'],
  outputs: ['hidden', 'finalHidden', 'finalCell'],
});

/** See `lstmScanPair`: the inputs and outputs of `lstmScan` twice, the second scan in reverse, and one list of lengths. */
export const lstmScanPairContract = defineContract<Padded>()({
  name: 'LstmScanPair',
  op: 'lstmScanPair',
  inputs: [
    ...lstmScanContract.inputs,
    'projectedBackward',
    'recurrentBackward',
    'hidden0Backward',
    'cell0Backward',
  ],
  optional: [...lstmScanContract.optional, 'recurrentBiasBackward', 'peepholesBackward'],
  outputs: [
    ...lstmScanContract.outputs,
    'hiddenBackward',
    'finalHiddenBackward',
    'finalCellBackward',
  ],
});

/** See `rnnScan`. */
export const rnnScanContract = defineContract<
  Padded & { reverse: boolean; activation: 'tanh' | 'relu' }
>()({
  name: 'RnnScan',
  op: 'rnnScan',
  inputs: ['projected', 'recurrent', 'hidden0'],
  optional: ['recurrentBias'],
  outputs: ['hidden', 'finalHidden'],
});

/** See `gruScan`. */
export const gruScanContract = defineContract<Padded & { reverse: boolean }>()({
  name: 'GruScan',
  op: 'gruScan',
  inputs: ['projected', 'recurrent', 'hidden0'],
  optional: ['recurrentBias'],
  outputs: ['hidden', 'finalHidden'],
});

/** See `batchNormalize`; `mean` and `variance` carry no gradient. */
export const batchNormalizeContract = defineContract<
  Padded & {
    over: 'frame' | 'sequence';
    epsilon: number;
    epsilonRule: 'variance' | 'double';
  }
>()({
  name: 'BatchNormalize',
  op: 'batchNormalize',
  inputs: ['x', 'gain'],
  optional: ['shift', 'storedMean', 'storedVariance'],
  outputs: ['y', 'mean', 'variance'],
});

/** See `standardizeStored`; `mean` and `variance` carry no gradient. */
export const standardizeStoredContract = defineContract<
  Padded & {
    epsilon: number;
    epsilonRule: 'variance' | 'double';
  }
>()({
  name: 'StandardizeStored',
  op: 'standardizeStored',
  inputs: ['x', 'gain', 'mean', 'variance'],
  optional: ['shift'],
  outputs: ['y'],
});

/** See `layerNormalize`. */
export const layerNormalizeContract = defineContract<
  Padded & { groups: number; epsilon: number }
>()({
  name: 'LayerNormalize',
  op: 'layerNormalize',
  inputs: ['x', 'gain'],
  optional: ['shift'],
  outputs: ['y'],
});

/** See `softmaxCrossEntropy`; no gradient for the weights. */
export const softmaxCrossEntropyContract = defineContract<object>()({
  name: 'SoftmaxCrossEntropy',
  op: 'softmaxCrossEntropy',
  inputs: ['logits', 'labels'],
  optional: ['weights'],
  outputs: ['nats'],
});

/** See `projectedCrossEntropy`; no gradient for the row weights. */
export const projectedCrossEntropyContract = defineContract<object>()({
  name: 'ProjectedCrossEntropy',
  op: 'projectedCrossEntropy',
  inputs: ['hidden', 'weights', 'bias', 'labels'],
  optional: ['rowWeights'],
  outputs: ['nats'],
});

/** See `embedding`. */
export const embeddingContract = defineContract<object>()({
  name: 'Embedding',
  op: 'embedding',
  inputs: ['table', 'ids'],
  optional: [],
  outputs: ['rows'],
});

/** See `dropout`; `key0` and `key1` are the two words of the stream's key. */
export const dropoutContract = defineContract<{
  rate: number;
  key0: number;
  key1: number;
  step: number;
}>()({ name: 'Dropout', op: 'dropout', inputs: ['x'], optional: [], outputs: ['y'] });

/** See `globalNorm`; a list contract: the kernel gets the gradients as an array. */
export const globalNormContract = defineContract<object>()({
  name: 'GlobalNorm',
  op: 'globalNorm',
  inputs: [],
  optional: [],
  outputs: ['norm'],
});

/** See `sgdStep`; called once for each variable, writes in place and gives nothing. */
export const sgdStepContract = defineContract<{ learningRate: number; scale: number }>()({
  name: 'SgdStep',
  op: 'sgdStep',
  inputs: ['variable', 'gradient'],
  optional: [],
  outputs: [],
});

/** See `momentumStep`; called once for each variable, writes in place and gives nothing. */
export const momentumStepContract = defineContract<{
  learningRate: number;
  momentum: number;
  scale: number;
}>()({
  name: 'MomentumStep',
  op: 'momentumStep',
  inputs: ['variable', 'gradient', 'velocity'],
  optional: [],
  outputs: [],
});

/** See `adamStep`; called once for each variable, writes in place and gives nothing. */
export const adamStepContract = defineContract<{
  learningRate: number;
  beta1: number;
  beta2: number;
  epsilon: number;
  step: number;
  scale: number;
}>()({
  name: 'AdamStep',
  op: 'adamStep',
  inputs: ['variable', 'gradient', 'firstMoment', 'secondMoment'],
  optional: [],
  outputs: [],
});
