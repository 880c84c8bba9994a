import { ShapeError } from '@bnrnn/core';
import {
  expectClose,
  filled,
  map64,
  oracle,
  put,
  testBackends,
  toTensor1D,
  toTensor3D,
} from '@bnrnn/test-utils';
import { dispose, type Tensor, type Tensor1D, type Tensor3D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { compareWithOracle, gradientsOf } from '../../test/compareWithOracle';
import { startBackend } from '../backends/startBackend';
import { layerNormalize } from './layerNormalize';

const inputs = {
  x: filled([7, 3, 12], 41, -2, 3),
  gain: filled([12], 42, 0.5, 1.5),
  shift: filled([12], 43),
};
const epsilon = 1e-2;
const lengths = [7, 2, 5];
const isPadded = (i: number): boolean =>
  oracle.isPadded(lengths, Math.floor(i / 36), Math.floor(i / 12) % 3);

describe.each(testBackends())('layerNormalize on %s', (backend) => {
  beforeAll(async () => {
    await startBackend(backend);
  });

  test.each([
    { groups: 1 },
    { groups: 4 },
    { groups: 1, center: false },
    { groups: 4, center: false },
  ])('with %j agrees with the oracle', (how) => {
    compareWithOracle({
      label: JSON.stringify(how),
      inputs,
      op: ({ x, gain, shift }) => [
        layerNormalize({ x, gain: gain as Tensor1D, shift: shift as Tensor1D, ...how, epsilon }),
      ],
      oracle: (arrays) => [oracle.layerNormalize({ ...arrays, ...how, epsilon })],
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

  test.each([true, false])('padded, center %s: agrees with the oracle', (center) => {
    const op = (x: Tensor, gain: Tensor, shift: Tensor): Tensor =>
      layerNormalize({
        x: x as Tensor3D,
        gain: gain as Tensor1D,
        shift: shift as Tensor1D,
        lengths,
        groups: 4,
        epsilon,
        center,
      });
    compareWithOracle({
      label: 'padded',
      inputs,
      op: ({ x, gain, shift }) => [op(x, gain, shift)],
      oracle: (arrays) => {
        const y = oracle.layerNormalize({ ...arrays, groups: 4, epsilon, center });
        return [map64(y, (value, i) => (isPadded(i) ? 0 : value))];
      },
    });
    const dirty = structuredClone(inputs.x);
    for (let t = 2; t < 7; t++) put(dirty, t % 2 ? NaN : Infinity, t, 1, t);
    const rest = [toTensor1D(inputs.gain), toTensor1D(inputs.shift)] as const;
    const [clean, other] = [inputs.x, dirty].map((x) => {
      const given = [toTensor3D(x), ...rest] as const;
      return [op(...given), ...gradientsOf((a, b, c) => [op(a, b, c)], given)];
    });
    other?.forEach((tensor, i) => expectClose(tensor, clean?.[i]?.dataSync() as Float32Array));
    dispose([clean, other] as Tensor[][]);
  });

  test('refuses groups that do not divide the features', () => {
    const options = { x: toTensor3D(inputs.x), gain: toTensor1D(inputs.gain), groups: 5, epsilon };
    expect(() => layerNormalize(options)).toThrow(ShapeError);
    expect(() => layerNormalize(options)).toThrow('12 features, which 5 groups do not divide');
  });
});
