import { expect, test } from 'vitest';
import { countFewRows } from '../step/countFewRows';
import { cutBatch } from './cutBatch';
import { batchNorm, type Normalizer } from '@bnrnn/normalization';
import type { UtteranceBatch } from '@bnrnn/core';
import type { SequenceModel } from '@bnrnn/recurrent';

const utterances: UtteranceBatch = {
  kind: 'utterances',
  time: 3,
  batch: 2,
  features: 2,
  inputs: Float32Array.from([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]),
  targets: Int32Array.from([10, 20, 11, 21, 12, 22]),
  lengths: Int32Array.of(3, 1),
  keys: ['a', 'b'],
};

test('a piece of a token batch keeps rows and columns together', () => {
  const piece = cutBatch(
    {
      kind: 'tokens',
      time: 3,
      batch: 3,
      inputs: Int32Array.from([1, 2, 3, 4, 5, 6, 7, 8, 9]),
      targets: Int32Array.from([2, 3, 4, 5, 6, 7, 8, 9, 10]),
      resetState: true,
    },
    { time: 2, batch: 2 },
  );
  expect(piece).toEqual({
    kind: 'tokens',
    time: 2,
    batch: 2,
    inputs: Int32Array.from([1, 2, 4, 5]),
    targets: Int32Array.from([2, 3, 5, 6]),
    resetState: true,
  });
});

test('a piece of an utterance batch keeps the features of its frames', () => {
  const piece = cutBatch(utterances, { time: 2, batch: 1 }) as UtteranceBatch;
  expect(piece.inputs).toEqual(Float32Array.from([1, 2, 5, 6]));
  expect(piece.targets).toEqual(Int32Array.from([10, 11]));
  expect(piece.lengths).toEqual(Int32Array.of(2));
  expect(piece.keys).toEqual(['a']);
});

test('time steps with fewer than two frames count for frame-wise statistics only', () => {
  const modelWith = (normalizer: Normalizer) =>
    ({ normalizers: new Map([['x', normalizer]]) }) as unknown as SequenceModel;
  expect(countFewRows(modelWith(batchNorm({ over: 'frame' })), utterances)).toBe(2);
  expect(countFewRows(modelWith(batchNorm({ over: 'sequence' })), utterances)).toBe(0);
});
