import { lstmScanPairOp, type KernelCall } from '@bnrnn/tensor-backend';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { opKernel } from '../kernel';
import { runScan, scanGradient } from './scan';

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

/** The two directions of a bidirectional LSTM, one after the other. */
export const lstmScanPair = opKernel(lstmScanPairOp, {
  run(backend, { inputs, attributes }) {
    const first = runScan(backend, { inputs, attributes: direction(attributes, false) });
    const second = runScan(backend, {
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
    for (const { mean, variance } of [first, second]) backend.free(mean, variance);
    return {
      hidden: first.hidden,
      finalHidden: first.finalHidden,
      finalCell: first.finalCell,
      hiddenBackward: second.hidden,
      finalHiddenBackward: second.finalHidden,
      finalCellBackward: second.finalCell,
    };
  },
  saves: ['recurrent', 'hidden', 'recurrentBackward', 'hiddenBackward'],
  gradient(backend, { dys, saved, attributes }) {
    const first = scanGradient(backend, {
      ...{ dys, saved },
      attributes: direction(attributes, false),
    });
    const second = scanGradient(backend, {
      dys: {
        hidden: dys.hiddenBackward,
        finalHidden: dys.finalHiddenBackward,
        finalCell: dys.finalCellBackward,
      },
      saved: { recurrent: saved.recurrentBackward, hidden: saved.hiddenBackward },
      attributes: direction(attributes, true),
    });
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
