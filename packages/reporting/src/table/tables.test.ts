import { describe, expect, it } from 'vitest';
import { bnSettings, config, evaluation, run } from '../../test/fixtures';
import { comparisonTable } from './comparisonTable';
import { escapeHtml, escapeLatex, escapeMarkdown } from './escape';
import { htmlTable } from './htmlTable';
import { latexTable } from './latexTable';
import { markdownTable } from './markdownTable';
import { textTable } from './textTable';
import type { Table } from './table';

const seeds = [
  run([9.2, 8, 7.1], {
    evaluations: [evaluation('batch', 5, { perplexity: 148.4, perplexityMeanOfBatches: 151.2 })],
  }),
  run([9.4, 8, 7.3], {
    config: { seed: 2 },
    evaluations: [evaluation('batch', 5.2, { perplexity: 181.3, perplexityMeanOfBatches: 185.6 })],
  }),
];
const treated = run([9.3, 7.5, 6.9], {
  config: { preset: 'ptb-small-bn', settings: bnSettings },
  evaluations: [
    evaluation('recalibrated', 4.9, { perplexity: 134.3, perplexityMeanOfBatches: 136.9 }),
    evaluation('running', 4.95, { perplexity: 141.2, perplexityMeanOfBatches: 144.5 }),
    evaluation('running', 4.7, {
      split: 'test',
      perplexity: 109.9,
      perplexityMeanOfBatches: 112.1,
    }),
  ],
});

const awkward: Table = {
  title: 'A & B',
  columns: [
    { header: 'name_x', align: 'left' },
    { header: '50 %', align: 'right' },
  ],
  rows: [
    ['a|b<i>', '1.0 ± 0.1'],
    ['', '–'],
  ],
  notes: ['See #1 & *2*.'],
};

describe('comparisonTable', () => {
  it('writes the numbers in aligned columns, seeds as mean and deviation', () => {
    expect(comparisonTable([...seeds, treated])).toBe(
      [
        'Training loss, nats per word',
        '',
        'preset        recipe        seeds  steps          first      at step 3           last    words/s',
        '────────────  ────────────  ─────  ─────  ─────────────  ─────────────  ─────────────  ─────────',
        'ptb-small     authors-code  1, 2       3  9.300 ± 0.141  7.200 ± 0.141  7.200 ± 0.141  9,000 ± 0',
        'ptb-small-bn  authors-code  1          3          9.300          6.900          6.900      9,000',
        '',
        'Mean ± sample standard deviation over the seeds.',
        '',
        'Perplexity on each split',
        '',
        'preset        split       statistics    nats per word    perplexity  mean of batches',
        '────────────  ──────────  ────────────  ─────────────  ────────────  ───────────────',
        'ptb-small     validation  batch         5.100 ± 0.141  164.9 ± 23.3     168.4 ± 24.3',
        'ptb-small-bn  validation  running               4.950         141.2            144.5',
        '              validation  recalibrated          4.900         134.3            136.9',
        '              test        running               4.700         109.9            112.1',
        '',
        'Perplexity: exp of the mean. Mean of batches: the mean over batches of exp of the batch’s mean.',
        'Mean ± sample standard deviation over the seeds.',
        '',
        "At step 3 the training loss of ptb-small-bn is 0.300 nats per word below ptb-small's (6.900 against 7.200); " +
          "its validation perplexity is 30.6 below ptb-small's (134.3 against 164.9, recalibrated statistics). " +
          'Means over 1 seed against 2.',
        '',
      ].join('\n'),
    );
  });

  it('gives frames their error rate instead of a perplexity', () => {
    const speech = run([3, 2], {
      config: config({ preset: 'wsj-birnn', unit: 'frame' }),
      evaluations: [evaluation('running', 1.1103, { frameErrorRate: 0.33456 })],
    });
    const text = comparisonTable([speech]);
    expect(text).toContain('nats per frame  frame error rate');
    expect(text).toMatch(/validation {2}running {4,}1\.110 {4,}33\.46 %/);
    expect(text).not.toContain('erplexity');
  });

  it('puts frame classifiers into the form of the paper’s table 1', () => {
    const frames = (preset: string, ...numbers: readonly [number, number, number, number]) =>
      run([8, 2], {
        config: config({
          preset,
          unit: 'frame',
          settings: preset.endsWith('bn') ? bnSettings : {},
        }),
        evaluations: [
          evaluation('running', numbers[2], { frameErrorRate: numbers[3], units: 73_760 }),
          evaluation('recalibrated', 9, { frameErrorRate: 0.9, units: 73_760 }),
          evaluation('running', numbers[0], {
            split: 'train',
            frameErrorRate: numbers[1],
            units: preset.endsWith('bn') ? 929_589 : 5_000,
          }),
        ],
      });
    const baseline = frames('wsj-birnn', 0.9512, 0.2838, 1.1103, 0.3346);
    const treatment = frames('wsj-birnn-bn', 0.7314, 0.2249, 1.1907, 0.3431);
    const [first, second] = comparisonTable([baseline, treatment]).split('\n\nTraining loss');
    expect(second).toContain('nats per frame');
    expect(first).toBe(
      [
        'Frame-wise cross entropy (FCE, nats) and frame error rate (FER)',
        '',
        'preset        statistics  train FCE  train FER  dev FCE  dev FER',
        '────────────  ──────────  ─────────  ─────────  ───────  ───────',
        'wsj-birnn     running         0.951      0.284    1.110    0.335',
        'wsj-birnn-bn  running         0.731      0.225    1.191    0.343',
        '',
        'Train: of a sample of 5,000 of 929,589 training frames.',
      ].join('\n'),
    );
    const whole = comparisonTable([treatment]);
    expect(whole).not.toContain('of a sample of');
  });

  it('leaves the training cells empty where training frames were not evaluated', () => {
    const only = run([8, 2], {
      config: config({ preset: 'wsj-birnn', unit: 'frame' }),
      evaluations: [evaluation('running', 1.11, { frameErrorRate: 0.33 })],
    });
    expect(comparisonTable([only])).toMatch(/^wsj-birnn +– +– +– +1\.110 +0\.330$/m);
  });

  it('refuses a format it does not have', () => {
    expect(() => comparisonTable(seeds, 'latx' as 'latex')).toThrow(
      'comparisonTable: format is "latx", expected one of: text, markdown, latex, html.',
    );
  });

  it('writes the same numbers in every format', () => {
    for (const format of ['markdown', 'latex', 'html'] as const) {
      const written = comparisonTable([...seeds, treated], format);
      const numbers = written.match(/\d+\.\d+/g);
      expect(numbers).toEqual(comparisonTable([...seeds, treated]).match(/\d+\.\d+/g));
    }
  });
});

describe('formats', () => {
  it('Markdown', () => {
    expect(markdownTable(awkward)).toBe(
      '**A \\& B**\n\n| name\\_x | 50 % |\n| :--- | ---: |\n| a\\|b\\<i\\> | 1.0 ± 0.1 |\n|  | – |\n\nSee \\#1 \\& \\*2\\*.\n',
    );
  });

  it('LaTeX with booktabs', () => {
    expect(latexTable(awkward)).toBe(
      [
        '\\begin{table}',
        '  \\centering',
        '  \\caption{A \\& B. See \\#1 \\& *2*.}',
        '  \\begin{tabular}{@{}lr@{}}',
        '    \\toprule',
        '    name\\_x & 50 \\% \\\\',
        '    \\midrule',
        '    a|b\\textless{}i\\textgreater{} & 1.0 $\\pm$ 0.1 \\\\',
        '     & -- \\\\',
        '    \\bottomrule',
        '  \\end{tabular}',
        '\\end{table}',
        '',
      ].join('\n'),
    );
  });

  it('HTML', () => {
    const text = htmlTable(awkward);
    expect(text).toContain('<caption>A &amp; B</caption>');
    expect(text).toContain('<th scope="col" class="number">50 %</th>');
    expect(text).toContain(
      '<tr class="first"><th scope="row">a|b&lt;i&gt;</th><td class="number">1.0 ± 0.1</td></tr>',
    );
    expect(text).toContain('<tr><td></td><td class="number">–</td></tr>');
    expect(text).toContain('<p class="note">See #1 &amp; *2*.</p>');
  });

  it('text without trailing blanks', () => {
    expect(textTable(awkward)).toBe(
      'A & B\n\nname_x       50 %\n──────  ─────────\na|b<i>  1.0 ± 0.1\n                –\n\nSee #1 & *2*.\n',
    );
  });
});

describe('escaping', () => {
  const unseen = '\u001b[2J\u009b\u202e\u200b';

  it('text, so that no cell moves the cursor, hides or begins a line', () => {
    const cell = `${unseen}\nx`;
    const table = textTable({
      title: cell,
      columns: [{ header: cell, align: 'left' }],
      rows: [[cell], ['y']],
      notes: [cell],
    });
    const shown = String.raw`\u001b[2J\u009b\u202e\u200b\u000ax`;
    const rule = '─'.repeat(shown.length);
    expect(table).toBe(`${shown}\n\n${shown}\n${rule}\n${shown}\ny\n\n${shown}\n`);
  });

  it('what is not seen, in every format', () => {
    const shown = String.raw`\u001b[2J\u009b\u202e\u200b`;
    expect(escapeHtml(`${unseen}\nx`)).toBe(`${shown}\nx`);
    expect(escapeMarkdown(unseen)).toBe(shown.replace(/[\\[]/g, String.raw`\$&`));
    expect(escapeLatex(unseen)).toBe(shown.replaceAll('\\', String.raw`\textbackslash{}`));
  });

  const hostile = `</script><img src=x onerror="a('&')">\\input{x}_^~|\n# | $1`;

  it('HTML', () => {
    expect(escapeHtml(hostile)).not.toMatch(/[<>"']|&(?!\w+;|#\d+;)/);
  });

  it('LaTeX', () => {
    expect(escapeLatex('\\input{a}_^~&#$%')).toBe(
      '\\textbackslash{}input\\{a\\}\\_\\textasciicircum{}\\textasciitilde{}\\&\\#\\$\\%',
    );
  });

  it('Markdown, on one line', () => {
    expect(escapeMarkdown(hostile)).toBe(
      `\\</script\\>\\<img src=x onerror="a('\\&')"\\>\\\\input{x}\\_^\\~\\| \\# \\| $1`,
    );
  });
});
