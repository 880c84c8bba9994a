import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { randomStream } from '@bnrnn/core';
import type { ModelSpec } from '@bnrnn/recurrent';
import { startBackend } from '@bnrnn/tensor-backend';
import { engine, memory } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { batchesOf, batchNorm, frames, lstm, trainSteps, words } from './trainedModels';

beforeAll(() => startBackend('simd', { threads: 1 }));

/** So many lengths, shuffled. */
function lengths(from: number, count: number): number[] {
  return [...randomStream('lengths', 3).permutation(count)].map((position) => from + position);
}

const mebibyte = 2 ** 20;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const inside = { inputToHidden: batchNorm('frame'), hiddenToHidden: batchNorm('frame') };
const sequence = { inputToHidden: batchNorm('sequence') };
const models: [string, number, ModelSpec, readonly number[]][] = [
  ['words', 2100, words(lstm(12), { dropout: 0.3, vocabulary: 60 }), [5]],
  ['words, normalized', 2100, words(lstm(12, inside), { vocabulary: 60 }), [5]],
  ['utterances', 2100, frames(lstm(8), { classes: 9 }), lengths(3, 20)],
  ['utterances, normalized', 2100, frames(lstm(8, sequence), { classes: 9 }), lengths(3, 20)],
  // Tensors of several MiB, for which the allocator has another place.
  ['long utterances, normalized', 90, frames(lstm(40, sequence)), lengths(300, 30)],
];

interface Blocks {
  readonly bytes: { readonly inUse: number; readonly peak: number; readonly gaps: number };
  resetPeak(): void;
}

describe('nothing grows', { timeout: 300_000 }, () => {
  test.each(models)('%s, %i steps', async (_name, steps, spec, given) => {
    const backend = engine().backend as unknown as Blocks;
    const source = batchesOf(spec, given, 6);
    backend.resetPeak();
    const seen: Seen[] = [];
    await trainSteps({ spec, source, steps }, (step) => {
      const { inUse, peak, gaps } = backend.bytes;
      const held = { inUse, peak, tensors: memory().numTensors };
      if (step % (steps / 30) > 0) {
        seen.push({ held, gaps });
        return;
      }
      collectGarbage();
      const { heapUsed, rss } = process.memoryUsage();
      seen.push({ held, gaps, heapUsed, rss });
    });

    expect(seen).toHaveLength(steps);
    const settled = seen.slice(given.length + 1);
    for (const { held } of settled) expect(held).toEqual(settled[0]!.held);
    const [, before, after] = thirds(seen) as [Seen[], Seen[], Seen[]];
    const most = (part: Seen[]) => Math.max(...part.map(({ gaps }) => gaps));
    expect(most(after)).toBeLessThanOrEqual(most(before));
    // The least of each third, because V8's heap breathes.
    const least = (part: Seen[], key: 'heapUsed' | 'rss') =>
      Math.min(...part.map((one) => one[key] ?? Infinity));
    expect(least(after, 'heapUsed') - least(before, 'heapUsed')).toBeLessThan(2 * mebibyte);
    expect(least(after, 'rss') - least(before, 'rss')).toBeLessThan(16 * mebibyte);
  });
});

interface Seen {
  /** What must stay the same once every length was seen. */
  readonly held: { readonly inUse: number; readonly peak: number; readonly tensors: number };
  readonly gaps: number;
  readonly heapUsed?: number;
  readonly rss?: number;
}

function thirds<T>(list: readonly T[]): T[][] {
  const third = Math.floor(list.length / 3);
  return [0, 1, 2].map((part) => list.slice(part * third, (part + 1) * third));
}
