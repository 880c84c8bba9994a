import { getGradient, registerGradient } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { keepGradients } from './keepGradients';

const other = { kernelName: 'Unpack', gradFunc: () => ({}) };

test('gradients that a load registers over ours are put back, new ones stay', () => {
  const fresh = { kernelName: 'KeptByNobody', gradFunc: () => ({}) };
  const result = keepGradients(() => {
    expect(getGradient('Unpack')).toBeDefined();
    expect(getGradient('Unpack')).not.toBe(other);
    registerGradient(other);
    registerGradient(fresh);
    return 7;
  });
  expect(result).toBe(7);
  expect(getGradient('Unpack')).not.toBe(other);
  expect(getGradient('KeptByNobody')).toBe(fresh);
});

test('a load that throws leaves them too', () => {
  const load = () => {
    registerGradient(other);
    throw new Error('no library');
  };
  expect(() => keepGradients(load)).toThrow('no library');
  expect(getGradient('Unpack')).not.toBe(other);
});
