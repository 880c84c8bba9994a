import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { filterbank, type FilterbankOptions } from '@bnrnn/data-wsj-features';

const golden = JSON.parse(
  readFileSync(new URL('golden/filterbankOptions.json', import.meta.url), 'utf8'),
) as {
  provenance: { script: string };
  samples: number[];
  cases: Record<string, { options: FilterbankOptions; rows: number[][] }>;
};
const audio = { sampleRate: 8000, samples: Int16Array.from(golden.samples) };

describe('every option beside kaldi-native-fbank', () => {
  for (const [name, { options, rows }] of Object.entries(golden.cases)) {
    it(name, () => {
      const bank = filterbank({ sampleRate: 8000, bins: 10, dither: 0, ...options });
      const ours = bank.compute(audio);
      const from = `golden values of ${golden.provenance.script}`;
      expect([ours.rows, ours.columns], from).toEqual([rows.length, rows[0]!.length]);
      // Kaldi computes in float32: up to 3e-5 of a logarithm, relative without one.
      const linear = options.log === false;
      let worst = 0;
      rows.flat().forEach((theirs, i) => {
        worst = Math.max(worst, Math.abs(ours.data[i]! - theirs) / (linear ? theirs : 1));
      });
      expect(worst, from).toBeLessThan(5e-5);
    });
  }
});
