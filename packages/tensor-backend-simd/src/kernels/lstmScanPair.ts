import { lstmScanPairOp, type KernelCall } from '@bnrnn/tensor-backend';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { free, opKernel } from './kernel';
import { prepareGradient, prepareScan } from './scan';

/** What a scan of one direction without normalizers is called with. */
function direction({ lengths }: KernelCall<typeof lstmScanPairOp>['attributes'], reverse: boolean) {
  return {
    cell: 'lstm',
    activation: 'tanh',
    normalize: {},
    mode: 'batch',
    firstStep: 0,
    lengths,
    reverse,
  } as const;
}

/** The two directions of a bidirectional LSTM, each on half of the threads. */
export const lstmScanPair = opKernel(lstmScanPairOp, {
  run(backend, { inputs, attributes }) {
    const forward = prepareScan(backend, { inputs, attributes: direction(attributes, false) });
    const backward = prepareScan(backend, {
      inputs: {
        projected: inputs.projectedBackward,
        recurrent: inputs.recurrentBackward,
        recurrentBias: inputs.recurrentBiasBackward,
        peepholes: inputs.peepholesBackward,
        hidden0: inputs.hidden0Backward,
        cell0: inputs.cell0Backward,
      },
      attributes: direction(attributes, true),
    });
    backend.pool.run('scanPair', { first: forward.given, second: backward.given });
    const [first, second] = [forward.finish(), backward.finish()];
    for (const { mean, variance } of [first, second]) free(backend, mean, variance);
    return {
      hidden: first.hidden,
      finalHidden: first.finalHidden,
      finalCell: first.finalCell,
      hiddenBackward: second.hidden,
      finalHiddenBackward: second.finalHidden,
      finalCellBackward: second.finalCell,
    };
  },
  saves: [
    ...(['recurrent', 'hidden0', 'cell0', 'peepholes', 'hidden'] as const),
    ...(['recurrentBackward', 'hidden0Backward', 'cell0Backward'] as const),
    ...(['peepholesBackward', 'hiddenBackward'] as const),
  ],
  gradient(backend, { dys, saved, attributes, given }) {
    const forward = prepareGradient(backend, {
      ...{ dys, saved, given },
      attributes: direction(attributes, false),
    });
    const backward = prepareGradient(backend, {
      dys: {
        hidden: dys.hiddenBackward,
        finalHidden: dys.finalHiddenBackward,
        finalCell: dys.finalCellBackward,
      },
      saved: {
        recurrent: saved.recurrentBackward,
        hidden0: saved.hidden0Backward,
        cell0: saved.cell0Backward,
        peepholes: saved.peepholesBackward,
        hidden: saved.hiddenBackward,
      },
      attributes: direction(attributes, true),
      given: { recurrentBias: given.recurrentBiasBackward, peepholes: given.peepholesBackward },
    });
    backend.pool.run('scanGradientPair', { first: forward.given, second: backward.given });
    const [first, second] = [forward.finish(), backward.finish()];
    return {
      projected: first.projected,
      recurrent: first.recurrent,
      recurrentBias: first.recurrentBias,
      peepholes: first.peepholes,
      hidden0: first.hidden0,
      cell0: first.cell0 as TensorInfo,
      projectedBackward: second.projected,
      recurrentBackward: second.recurrent,
      recurrentBiasBackward: second.recurrentBias,
      peepholesBackward: second.peepholes,
      hidden0Backward: second.hidden0,
      cell0Backward: second.cell0 as TensorInfo,
    };
  },
});
