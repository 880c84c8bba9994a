import type { Tensor } from '@tensorflow/tfjs-core';
import { activeBackend, handOut, type SimdKernel } from './kernel';
import { prepareGradient, prepareScan, savedOfDirection } from './lstm';
import { named } from './named';

const inputsToSave = [...savedOfDirection];

/** The LSTM scan. */
export const lstmScan: SimdKernel = {
  name: 'LstmScan',
  run(backend, inputs, attributes) {
    const scan = prepareScan(backend, inputs, attributes);
    backend.pool.run('lstmForward', scan.given);
    return scan.finish();
  },
  gradient: {
    inputsToSave,
    outputsToSave: [true, false, false],
    gradFunc(dys, saved, attributes) {
      const backend = activeBackend();
      const tensors = named([...inputsToSave, 'hidden'], saved);
      const gradient = prepareGradient(backend, dys as Tensor[], tensors, attributes);
      backend.pool.run('lstmBackward', gradient.given);
      return handOut(gradient.finish());
    },
  },
};
