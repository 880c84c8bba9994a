import type { Tensor } from '@tensorflow/tfjs-core';
import { activeBackend, handOut, type SimdKernel } from './kernel';
import { prepareGradient, prepareScan, savedOfDirection } from './lstm';
import { named } from './named';

const inputsToSave = [...savedOfDirection, 'mask'];

/** The LSTM scan. */
export const lstmScan: SimdKernel = {
  name: 'LstmScan',
  run(backend, inputs, attributes) {
    const scan = prepareScan(backend, inputs, attributes, '', attributes['reverse'] === true);
    backend.pool.run('lstmForward', scan.values);
    return scan.finish();
  },
  gradient: {
    inputsToSave,
    outputsToSave: [true, false, false],
    gradFunc(dys, saved, attributes) {
      const backend = activeBackend();
      const tensors = named([...inputsToSave, 'hidden'], saved);
      const reverse = attributes['reverse'] === true;
      const gradient = prepareGradient(backend, dys as Tensor[], tensors, attributes, '', reverse);
      backend.pool.run('lstmBackward', gradient.values);
      return handOut({ ...gradient.finish(), mask: undefined });
    },
  },
};
