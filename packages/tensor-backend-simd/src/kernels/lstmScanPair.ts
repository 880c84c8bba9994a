import { backwardOf, lstmDirection, lstmPair, lstmScanPairOp } from '@bnrnn/tensor-backend';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { free, opKernel } from './kernel';
import { prepareGradient, prepareScan } from './scan';

/** The two directions of a bidirectional LSTM, each on half of the threads. */
export const lstmScanPair = opKernel(lstmScanPairOp, {
  run(backend, { inputs, attributes }) {
    const forward = prepareScan(backend, { inputs, attributes: lstmDirection(attributes, false) });
    const backward = prepareScan(backend, {
      inputs: backwardOf(inputs),
      attributes: lstmDirection(attributes, true),
    });
    backend.pool.run('scanPair', { first: forward.given, second: backward.given });
    const finish = (scan: typeof forward) => {
      const { mean, variance, ...outputs } = scan.finish();
      free(backend, mean, variance);
      return outputs;
    };
    return lstmPair(finish(forward), finish(backward));
  },
  saves: [
    ...(['recurrent', 'hidden0', 'cell0', 'peepholes', 'hidden'] as const),
    ...(['recurrentBackward', 'hidden0Backward', 'cell0Backward'] as const),
    ...(['peepholesBackward', 'hiddenBackward'] as const),
  ],
  gradient(backend, { dys, saved, attributes, given }) {
    const forward = prepareGradient(backend, {
      ...{ dys, saved, given },
      attributes: lstmDirection(attributes, false),
    });
    const backward = prepareGradient(backend, {
      ...{ dys: backwardOf(dys), saved: backwardOf(saved), given: backwardOf(given) },
      attributes: lstmDirection(attributes, true),
    });
    backend.pool.run('scanGradientPair', { first: forward.given, second: backward.given });
    const finish = (scan: typeof forward) => {
      const { projected, recurrent, recurrentBias, peepholes, hidden0, cell0 } = scan.finish();
      return {
        projected,
        recurrent,
        recurrentBias,
        peepholes,
        hidden0,
        cell0: cell0 as TensorInfo,
      };
    };
    return lstmPair(finish(forward), finish(backward));
  },
});
