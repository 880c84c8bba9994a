import { UsageError, type Precision } from '@bnrnn/core';
import { completeRun, resolveRun, tasks } from '@bnrnn/experiments';
import { describe, expect, it } from 'vitest';
import { randomCorpus } from '../tasks/randomCorpus';
import { resumeConfig } from './resumeConfig';

const { language } = tasks;
const draft = resolveRun(language, { preset: 'ptb-small-tiny', data: 'synthetic' });
const storedWith = (precision: Precision) =>
  completeRun(draft, {
    ...{ backend: 'simd', precision, corpus: randomCorpus },
  });

describe('the precision of a resumed run', () => {
  it('stays as it was where nobody names one', () => {
    const stored = storedWith('bf16x3');
    expect(resumeConfig(language, stored, draft, {}).precision).toBe('bf16x3');
    expect(resumeConfig(language, stored, draft, { precision: 'bf16x3' })).toEqual(stored);
  });

  it.each([
    ['bf16x3', 'float32'],
    ['float32', 'bf16'],
  ] as const)('%s is not changed to %s', (before, now) => {
    const stored = storedWith(before);
    const change = () => resumeConfig(language, stored, draft, { precision: now });
    expect(change).toThrow(UsageError);
    expect(change).toThrow(
      `--resume: precision is ${before} in the run and ${now} here; nothing was changed.`,
    );
  });
});
