import { BnrnnError } from '@bnrnn/core';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { largestAllocation } from './support/allocations';
import { fuzzTargets, goodFiles, type FuzzTarget } from './support/fuzzTargets';
import { Dice, mutate } from './support/mutate';

// `bench/fuzz.mjs --minutes N --seed S` runs this file for longer.
const minutes = Number(process.env['BNRNN_FUZZ_MINUTES'] ?? 0);
const seed = Number(process.env['BNRNN_FUZZ_SEED'] ?? 1);
const leastRounds = 40 * fuzzTargets.length;

/** Reading buffers are of this size; what a small file makes beyond them is a finding. */
const buffers = 2 ** 20;
const longestRound = 5000;

function fill(folder: string): void {
  for (const [name, content] of Object.entries(goodFiles)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }
}

/** What is wrong with how a reader took a changed file; undefined when nothing is. */
async function finding(
  target: FuzzTarget,
  folder: string,
  again = false,
): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(`took longer than ${longestRound} ms`), longestRound);
  });
  const outcome = async (): Promise<string | undefined> => {
    const { result: error, bytes } = await largestAllocation(() =>
      target.read(folder).then(
        () => undefined,
        (cause: unknown) => cause,
      ),
    );
    if (bytes > buffers) return `allocated ${bytes} bytes at once`;
    if (error === undefined) return undefined;
    if (!(error instanceof BnrnnError)) {
      return `threw ${error instanceof Error ? String(error.stack) : 'no error'}`;
    }
    return error.message.includes(folder) ? undefined : `named no file: ${error.message}`;
  };
  try {
    const found = await Promise.race([outcome(), tooLong]);
    // A machine that slept in between is no finding.
    return found?.startsWith('took') === true && !again
      ? await finding(target, folder, true)
      : found;
  } finally {
    clearTimeout(timer);
  }
}

describe(`changed files (seed ${seed})`, () => {
  it('are well-formed before they are changed', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'bnrnn-fuzz-'));
    fill(folder);
    for (const target of fuzzTargets) {
      expect([target.name, await finding(target, folder)]).toEqual([target.name, undefined]);
      await expect(target.read(folder), target.name).resolves.toBeUndefined();
    }
    rmSync(folder, { recursive: true });
  });

  it(
    'are read or refused with a sentence, in bounded time and memory',
    async () => {
      const folder = mkdtempSync(join(tmpdir(), 'bnrnn-fuzz-'));
      fill(folder);
      const until = Date.now() + minutes * 60_000;
      let round = 0;
      let refused = 0;
      for (; round < leastRounds || Date.now() < until; round++) {
        const dice = new Dice(seed, round);
        const target = fuzzTargets[round % fuzzTargets.length]!;
        const good = goodFiles[target.file]!;
        const changed =
          target.packed === true ? gzipSync(mutate(gunzipSync(good), dice)) : mutate(good, dice);
        writeFileSync(join(folder, target.file), changed);
        const found = await finding(target, folder);
        const shown = `round ${round}, seed ${seed}, ${target.name}: ${changed.toString('base64')}`;
        expect(found, shown).toBeUndefined();
        refused += await target.read(folder).then(
          () => 0,
          () => 1,
        );
        writeFileSync(join(folder, target.file), good);
      }
      rmSync(folder, { recursive: true });
      // Most changes matter; were all refused, or none, the fuzzer would not work.
      expect(refused).toBeGreaterThan(round / 3);
      expect(refused).toBeLessThan(round);
      if (minutes > 0) process.stdout.write(`${round} rounds, ${refused} refused\n`);
    },
    60_000 * (minutes + 2),
  );
});
