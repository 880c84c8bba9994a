import { ShapeError } from '@bnrnn/core';
import { filled, oracle, testBackends, toTensor1D, toTensor3D } from '@bnrnn/test-utils';
import type { Tensor1D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { compareWithOracle } from '../../test/compareWithOracle';
import { startBackend } from '../backends/startBackend';
import { layerNormalize } from './layerNormalize';

const inputs = {
  x: filled([7, 3, 12], 41, -2, 3),
  gain: filled([12], 42, 0.5, 1.5),
  shift: filled([12], 43),
};
const epsilon = 1e-2;

describe.each(testBackends())('layerNormalize on %s', (backend) => {
  beforeAll(async () => {
    await startBackend(backend);
  });

  test.each([1, 4])('with %i groups agrees with the oracle', (groups) => {
    compareWithOracle({
      label: `${groups} groups`,
      inputs,
      op: ({ x, gain, shift }) => [
        layerNormalize({ x, gain: gain as Tensor1D, shift: shift as Tensor1D, groups, epsilon }),
      ],
      oracle: (arrays) => [oracle.layerNormalize({ ...arrays, groups, epsilon })],
    });
  });

  test('without shift, on two axes', () => {
    const { gain } = inputs;
    compareWithOracle({
      label: 'no shift',
      inputs: { x: filled([7, 12], 44), gain },
      op: (t) => [layerNormalize({ x: t.x, gain: t.gain as Tensor1D, groups: 3, epsilon })],
      oracle: (arrays) => [oracle.layerNormalize({ ...arrays, groups: 3, epsilon })],
    });
  });

  test('refuses groups that do not divide the features', () => {
    const options = { x: toTensor3D(inputs.x), gain: toTensor1D(inputs.gain), groups: 5, epsilon };
    expect(() => layerNormalize(options)).toThrow(ShapeError);
    expect(() => layerNormalize(options)).toThrow('12 features, which 5 groups do not divide');
  });
});
