import { getGradient, registerGradient } from '@tensorflow/tfjs-core';
import { afterEach, expect, test } from 'vitest';
import { keepGradients } from './keepGradients';
import { withEnvironment } from './withEnvironment';

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

afterEach(() => {
  delete process.env['BNRNN_TEST_A'];
});

test('the environment is changed for the load alone', () => {
  process.env['BNRNN_TEST_A'] = 'old';
  const during = withEnvironment({ BNRNN_TEST_A: 'new', BNRNN_TEST_B: 'set' }, () => [
    process.env['BNRNN_TEST_A'],
    process.env['BNRNN_TEST_B'],
  ]);
  expect(during).toEqual(['new', 'set']);
  expect(process.env['BNRNN_TEST_A']).toBe('old');
  expect('BNRNN_TEST_B' in process.env).toBe(false);
});
