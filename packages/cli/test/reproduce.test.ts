import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bnrnn, lastJson, newFolder } from './bnrnn';

/** 400 sentences of a small vocabulary, as files of a corpus. */
function writeCorpus(folder: string): void {
  for (const [split, lines] of Object.entries({ train: 400, valid: 200, test: 200 })) {
    const text = Array.from({ length: lines }, (_, k) => {
      const words = Array.from({ length: 9 }, (_, i) => `w${(7 * k + 3 * i * (k % 5)) % 40}`);
      return ` ${words.join(' ')} \n`;
    });
    writeFileSync(join(folder, `${split}.txt`), text.join(''));
  }
}

describe('reproduce', () => {
  it('trains both arms of a row within a budget, goes on, and puts paper and ours side by side', async () => {
    const folder = newFolder();
    writeCorpus(folder);
    const args = [
      ...[
        'reproduce',
        'table2',
        '--rows',
        'small',
        '--seeds',
        '1-2',
        '--data',
        '.',
        '--epochs',
        '2',
      ],
      ...['--jobs', '1', '--out', 'small', '--json'],
    ];
    const part = await bnrnn(folder, ...args, '--budget', '0.05');
    expect(part.status).toBe(0);
    expect(part.stdout).toContain('the same command goes on from here');
    expect(lastJson(part)['stopped']).toBe('budget');

    const whole = await bnrnn(folder, ...args);
    expect(whole.status).toBe(0);
    expect(lastJson(whole)).toMatchObject({ what: 'table2', stopped: 'done', secondsLeft: 0 });
    const rows = readFileSync(join(folder, 'small', 'table2.csv'), 'utf8')
      .trimEnd()
      .split('\n');
    expect(rows).toHaveLength(3);
    const both = /\d+\.\d ± \d+\.\d \/ \d+\.\d ± \d+\.\d/;
    expect(rows[1]).toMatch(
      new RegExp(String.raw`^ptb-small,78\.5 / 119\.2,(${both.source},){3}"1, 2",`),
    );
    expect(rows[2]).toMatch(/^ptb-small-bn,62\.5 \/ 120\.9,/);
    for (const extension of ['md', 'tex', 'html', 'txt']) {
      expect(readFileSync(join(folder, 'small', `table2.${extension}`), 'utf8')).toContain('119.2');
    }
  }, 240_000);

  it('draws the figure of a row as SVG and as PNG', async () => {
    const folder = newFolder();
    writeCorpus(folder);
    const result = await bnrnn(
      folder,
      ...['reproduce', 'figures', '--rows', 'characters', '--data', '.', '--epochs', '1'],
      ...['--jobs', '1', '--out', 'figures', '--json'],
    );
    expect(result.status, result.stderr).toBe(0);
    const { files } = lastJson(result) as { files: string[] };
    expect(files).toEqual(
      expect.arrayContaining(['characters-training.svg', 'characters-training.png']),
    );
    const png = readFileSync(join(folder, 'figures', 'characters-training.png'));
    expect(png.subarray(1, 4).toString()).toBe('PNG');
  }, 240_000);

  it('refuses a table that the paper has not, and a text for the speech rows', async () => {
    const folder = newFolder();
    const table = await bnrnn(folder, 'reproduce', 'table3', '--data', 'synthetic');
    expect(table.status).toBe(2);
    expect(table.stderr).toContain('expected one of: table1, table2, figures.');
    const speech = await bnrnn(folder, 'reproduce', 'table1', '--data', 'synthetic');
    expect(speech.status).toBe(2);
    expect(speech.stderr).toContain('--data is a flag of language models');
  }, 60_000);
});
