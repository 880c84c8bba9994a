import { backwardOf, lstmDirection, lstmPair, lstmScanPairOp } from '@bnrnn/tensor-backend';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { opKernel } from '../kernel';
import { runScan, scanGradient } from './scan';

/** The two directions of a bidirectional LSTM, one after the other. */
export const lstmScanPair = opKernel(lstmScanPairOp, {
  run(backend, { inputs, attributes }) {
    const scan = (own: Parameters<typeof runScan>[1]['inputs'], reverse: boolean) => {
      const { mean, variance, ...outputs } = runScan(backend, {
        inputs: own,
        attributes: lstmDirection(attributes, reverse),
      });
      backend.free(mean, variance);
      return outputs;
    };
    return lstmPair(scan(inputs, false), scan(backwardOf(inputs), true));
  },
  saves: ['recurrent', 'hidden', 'recurrentBackward', 'hiddenBackward'],
  gradient(backend, { dys, saved, attributes }) {
    const gradient = (
      own: Pick<Parameters<typeof scanGradient>[1], 'dys' | 'saved'>,
      reverse: boolean,
    ) => {
      const { projected, recurrent, recurrentBias, peepholes, hidden0, cell0 } = scanGradient(
        backend,
        { ...own, attributes: lstmDirection(attributes, reverse) },
      );
      return {
        projected,
        recurrent,
        recurrentBias,
        peepholes,
        hidden0,
        cell0: cell0 as TensorInfo,
      };
    };
    return lstmPair(
      gradient({ dys, saved }, false),
      gradient({ dys: backwardOf(dys), saved: backwardOf(saved) }, true),
    );
  },
});
