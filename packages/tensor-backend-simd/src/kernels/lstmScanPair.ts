import type { Tensor } from '@tensorflow/tfjs-core';
import { activeBackend, handOut, type SimdKernel } from './kernel';
import { prepareGradient, prepareScan, savedOfDirection } from './lstm';
import { named } from './named';

const suffix = 'Backward';
const inputsToSave = [...savedOfDirection, ...savedOfDirection.map((name) => `${name}${suffix}`)];

/** The second direction's values under the first one's names; what has no suffix is of both. */
function ofBackward<Value>(values: Readonly<Record<string, Value>>): Record<string, Value> {
  const own = Object.entries(values).filter(([name]) => name.endsWith(suffix));
  const renamed = own.map(([name, value]) => [name.slice(0, -suffix.length), value] as const);
  return { ...values, ...Object.fromEntries(renamed) };
}

/** The two directions of a bidirectional LSTM, each on half of the threads. */
export const lstmScanPair: SimdKernel = {
  name: 'LstmScanPair',
  run(backend, inputs, attributes) {
    const flags = { ...ofBackward(attributes), reverse: true };
    const forward = prepareScan(backend, inputs, attributes);
    const backward = prepareScan(backend, ofBackward(inputs), flags);
    backend.pool.run('lstmForwardPair', { first: forward.given, second: backward.given });
    return [...forward.finish(), ...backward.finish()];
  },
  gradient: {
    inputsToSave,
    outputsToSave: [true, false, false, true, false, false],
    gradFunc(dys, saved, attributes) {
      const backend = activeBackend();
      const all = dys as Tensor[];
      const tensors = named([...inputsToSave, 'hidden', `hidden${suffix}`], saved);
      const flags = { ...ofBackward(attributes), reverse: true };
      const forward = prepareGradient(backend, all, tensors, attributes);
      const backward = prepareGradient(backend, all.slice(3), ofBackward(tensors), flags);
      backend.pool.run('lstmBackwardPair', { first: forward.given, second: backward.given });
      const second = Object.entries(backward.finish());
      return handOut({
        ...forward.finish(),
        ...Object.fromEntries(second.map(([name, tensor]) => [`${name}${suffix}`, tensor])),
      });
    },
  },
};
