import { describe, expect, it } from 'vitest';
import { config, evaluation, run } from '../../test/fixtures';
import { sweepTable } from './sweepTable';

const seeds = [
  run([9.2, 8, 7.1], { evaluations: [evaluation('recalibrated', 5)] }),
  run([9.4, 8, 7.3], { config: { seed: 2 }, evaluations: [evaluation('recalibrated', 5.2)] }),
];
const half = run([9.3, 9.1], { config: { seed: 3 } });
const diverged = {
  ...half,
  result: {
    ...(half.result ?? seeds[0]!.result!),
    diverged: { step: 2, message: 'the loss is NaN' },
  },
};
const rate = 'optimizer.learningRate';

describe('sweepTable', () => {
  it('gives each point the mean and deviation over its seeds, without those that diverged', () => {
    const text = sweepTable(
      [
        { preset: config().preset, values: [0.5], runs: seeds, planned: 2, ended: 2 },
        { preset: 'ptb-small-bn', values: [1], runs: [diverged], planned: 3, ended: 1 },
        { preset: 'ptb-small-bn', values: [2], runs: [], planned: 3, ended: 0 },
      ],
      [rate],
      'word',
      'csv',
    );
    expect(text.trimEnd().split('\n')).toEqual([
      'preset,optimizer.learningRate,seeds,steps,training,validation,diverged,ended',
      'ptb-small,0.5,"1, 2",3,7.200 ± 0.141,5.100 ± 0.141,–,2 of 2',
      'ptb-small-bn,1,3,–,–,–,1 of 1,1 of 3',
      'ptb-small-bn,2,–,–,–,–,–,0 of 3',
    ]);
  });

  it('names what a loss is per, and the formats', () => {
    expect(sweepTable([], [], 'character')).toContain('nats per character');
    expect(() => sweepTable([], [], 'word', 'xml' as 'csv')).toThrow(
      'sweepTable: format is "xml", expected one of: text, markdown, latex, html, csv.',
    );
  });
});
