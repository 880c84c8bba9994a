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

interface Outcome {
  readonly refused: boolean;
  /** What is wrong with how the reader took the file; undefined when nothing is. */
  readonly finding: string | undefined;
}

async function outcomeOf(target: FuzzTarget, folder: string): Promise<Outcome> {
  const { result: error, bytes } = await largestAllocation(() =>
    target.read(folder).then(
      () => undefined,
      (cause: unknown) => cause,
    ),
  );
  const refused = error !== undefined;
  if (bytes > buffers) return { refused, finding: `allocated ${bytes} bytes at once` };
  if (!refused) return { refused, finding: undefined };
  if (!(error instanceof BnrnnError)) {
    const thrown = error instanceof Error ? String(error.stack) : 'what is no error';
    return { refused, finding: `threw ${thrown}` };
  }
  const named = error.message.includes(folder);
  return { refused, finding: named ? undefined : `named no file: ${error.message}` };
}

/** The outcome, or the finding that there was none in time. */
async function timed(target: FuzzTarget, folder: string, again = false): Promise<Outcome> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), longestRound);
  });
  try {
    const outcome = await Promise.race([outcomeOf(target, folder), late]);
    if (outcome !== undefined) return outcome;
    // A machine that slept in between is no finding.
    if (!again) return await timed(target, folder, true);
    return { refused: false, finding: `took longer than ${longestRound} ms` };
  } finally {
    clearTimeout(timer);
  }
}

describe(`changed files (seed ${seed})`, () => {
  it('are well-formed before they are changed', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'bnrnn-fuzz-'));
    fill(folder);
    for (const target of fuzzTargets) {
      const outcome = await timed(target, folder);
      expect(outcome, target.name).toEqual({ refused: false, finding: undefined });
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
        const outcome = await timed(target, folder);
        const shown = `round ${round}, seed ${seed}, ${target.name}: ${changed.toString('base64')}`;
        expect(outcome.finding, shown).toBeUndefined();
        refused += outcome.refused ? 1 : 0;
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
