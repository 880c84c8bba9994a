import { BackendError, UsageError } from '@bnrnn/core';
import { expectNoLeak } from '@bnrnn/test-utils';
import {
  atan,
  mul,
  sum,
  tensor1d,
  unsortedSegmentSum,
  variable,
  type Scalar,
  type Variable,
} from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { startBackend } from './backends/startBackend';
import { checkModel } from './checkModel';

let [gain, shift]: Variable[] = [];
let variables: Map<string, Variable>;

beforeAll(async () => {
  await startBackend('wasm');
  gain = variable(tensor1d([1, 2, 3]));
  shift = variable(tensor1d([4, 5, 6]));
  variables = new Map([
    ['layers.0.gain', gain],
    ['layers.0.shift', shift],
  ]);
});

test('passes a model whose loss reaches every variable, and leaves nothing behind', () => {
  expectNoLeak(() => checkModel({ loss: () => sum<Scalar>(mul(gain!, shift!)), variables }));
});

test('names the variables that the loss does not reach', () => {
  const loss = (): Scalar => sum(mul(gain!, 2));
  expect(() => checkModel({ loss, variables })).toThrow(UsageError);
  expect(() => checkModel({ loss, variables })).toThrow(
    'checkModel: the loss gives no gradient to "layers.0.shift", expected one for each of the 2 variables.',
  );
});

test('names every variable where the loss reaches none', () => {
  const loss = (): Scalar => sum(tensor1d([1, 2]));
  expect(() => checkModel({ loss, variables })).toThrow('"layers.0.gain", "layers.0.shift"');
});

test('names a kernel that the backend lacks', () => {
  const ids = tensor1d([0, 0, 1], 'int32');
  const loss = (): Scalar => sum(unsortedSegmentSum(gain!, ids, 2));
  expect(() => checkModel({ loss, variables })).toThrow(BackendError);
  expect(() => checkModel({ loss, variables })).toThrow(
    'checkModel: the backend "wasm" has no kernel UnsortedSegmentSum, which this model needs.',
  );
});

test('names an op without gradient', () => {
  const loss = (): Scalar => sum(mul(atan(gain!), shift!));
  expect(() => checkModel({ loss, variables })).toThrow(
    'checkModel: the op Atan has no gradient in this process.',
  );
});
