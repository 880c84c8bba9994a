import type { Tensor } from '@tensorflow/tfjs-core';
import { activeBackend, handOut, type SimdKernel } from './kernel';
import { prepareGradient, prepareScan, savedOfDirection } from './lstm';
import { named } from './named';

const inputsToSave = [
  ...savedOfDirection,
  ...savedOfDirection.map((name) => `${name}Backward`),
  'mask',
];

/** The two directions of a bidirectional LSTM, each on half of the threads. */
export const lstmScanPair: SimdKernel = {
  name: 'LstmScanPair',
  run(backend, inputs, attributes) {
    const forward = prepareScan(backend, inputs, attributes, '', false);
    const backward = prepareScan(backend, inputs, attributes, 'Backward', true);
    backend.pool.run('lstmForwardPair', [...forward.values, ...backward.values]);
    return [...forward.finish(), ...backward.finish()];
  },
  gradient: {
    inputsToSave,
    outputsToSave: [true, false, false, true, false, false],
    gradFunc(dys, saved, attributes) {
      const backend = activeBackend();
      const all = dys as Tensor[];
      const tensors = named([...inputsToSave, 'hidden', 'hiddenBackward'], saved);
      const forward = prepareGradient(backend, all, tensors, attributes, '', false);
      const backward = prepareGradient(
        backend,
        all.slice(3),
        tensors,
        attributes,
        'Backward',
        true,
      );
      backend.pool.run('lstmBackwardPair', [...forward.values, ...backward.values]);
      return handOut({ ...forward.finish(), ...backward.finish(), mask: undefined });
    },
  },
};
