import type { BatchSource, TokenBatch } from '@bnrnn/core';
import { expect, it } from 'vitest';
import type { Io } from './io';
import { watched } from './watched';

it('watched passes every batch on and tells every 15 seconds how many were read', async () => {
  const made = (value: number): TokenBatch => ({
    kind: 'tokens',
    time: 1,
    batch: 1,
    inputs: Int32Array.of(value),
    targets: Int32Array.of(value + 1),
    resetState: value === 0,
  });
  const source: BatchSource<TokenBatch> = {
    batchesPerEpoch: 9,
    *batches(_, from = 0) {
      for (let value = from; value < 9; value++) yield made(value);
    },
  };
  const notes: string[] = [];
  const io: Io = {
    out: () => undefined,
    write: () => Promise.resolve(),
    note: (line) => notes.push(line),
    progress: { write: () => true },
    env: {},
  };
  let clock = 0;
  const now = () => clock;
  const read: number[] = [];
  for await (const { inputs } of watched(io, source, { label: 'running', most: 7, now }).batches(
    0,
    1,
  )) {
    read.push(inputs[0]!);
    clock += 8_000;
    if (read.length === 6) break;
  }
  expect(read).toEqual([1, 2, 3, 4, 5, 6]);
  expect(notes).toEqual(['running: 3 of 7 batches', 'running: 5 of 7 batches']);
});
