import { UsageError } from '@bnrnn/core';
import { resolveRun } from '@bnrnn/experiments';
import { describe, expect, it } from 'vitest';
import { resumeConfig } from './resumeConfig';

const corpus = { name: 'synthetic', sha256: {}, counts: {}, classes: 20 };
const request = { preset: 'ptb-small-tiny', backend: 'simd', corpus, data: 'synthetic' };
const none = { recipe: false, backend: false, seed: false };

describe('the precision of a resumed run', () => {
  const asked = resolveRun(request);

  it('stays as it was where nobody names one', () => {
    const stored = resolveRun({ ...request, precision: 'bf16x3' });
    expect(resumeConfig(stored, asked, none).precision).toBe('bf16x3');
    expect(resumeConfig(stored, asked, { ...none, precision: 'bf16x3' }).precision).toBe('bf16x3');
  });

  it.each([
    ['bf16x3', 'float32'],
    ['float32', 'bf16'],
    [undefined, 'bf16'],
  ] as const)('%s is not changed to %s', (before, now) => {
    const stored = resolveRun({ ...request, ...(before !== undefined && { precision: before }) });
    const change = () => resumeConfig(stored, asked, { ...none, precision: now });
    expect(change).toThrow(UsageError);
    expect(change).toThrow(
      `--resume: precision is ${before ?? 'float32'} in the run and ${now} here; nothing was changed.`,
    );
  });
});
