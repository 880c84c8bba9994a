import { lstmScanPairOp } from '@bnrnn/tensor-backend';
import { opKernel } from './kernel';
import { prepareGradient, prepareScan, savedOfDirection } from './lstm';

/** The two directions of a bidirectional LSTM, each on half of the threads. */
export const lstmScanPair = opKernel(lstmScanPairOp, {
  run(backend, { inputs, attributes: { lengths } }) {
    const forward = prepareScan(backend, { inputs, attributes: { lengths, reverse: false } });
    const backward = prepareScan(backend, {
      inputs: {
        projected: inputs.projectedBackward,
        recurrent: inputs.recurrentBackward,
        recurrentBias: inputs.recurrentBiasBackward,
        peepholes: inputs.peepholesBackward,
        hidden0: inputs.hidden0Backward,
        cell0: inputs.cell0Backward,
      },
      attributes: { lengths, reverse: true },
    });
    backend.pool.run('lstmForwardPair', { first: forward.given, second: backward.given });
    const second = backward.finish();
    return {
      ...forward.finish(),
      hiddenBackward: second.hidden,
      finalHiddenBackward: second.finalHidden,
      finalCellBackward: second.finalCell,
    };
  },
  saves: [
    ...savedOfDirection,
    'recurrentBackward',
    'hidden0Backward',
    'cell0Backward',
    'peepholesBackward',
    'hidden',
    'hiddenBackward',
  ],
  gradient(backend, { dys, saved, attributes: { lengths }, given }) {
    const forward = prepareGradient(backend, {
      ...{ dys, saved, given },
      attributes: { lengths, reverse: false },
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
      attributes: { lengths, reverse: true },
      given: {
        recurrentBias: given.recurrentBiasBackward,
        peepholes: given.peepholesBackward,
      },
    });
    backend.pool.run('lstmBackwardPair', { first: forward.given, second: backward.given });
    const second = backward.finish();
    return {
      ...forward.finish(),
      projectedBackward: second.projected,
      recurrentBackward: second.recurrent,
      recurrentBiasBackward: second.recurrentBias,
      hidden0Backward: second.hidden0,
      cell0Backward: second.cell0,
      peepholesBackward: second.peepholes,
    };
  },
});
