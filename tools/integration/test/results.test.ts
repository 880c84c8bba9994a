import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { root } from './publishedPackages';

const tool = join(root, 'tools', 'results.mjs');

function results(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [tool, ...args], { encoding: 'utf8' });
}

/** The pages and the kept runs in a folder of their own. */
function copyOfPages(): string {
  const copy = mkdtempSync(join(tmpdir(), 'bnrnn-results-'));
  afterAll(() => rmSync(copy, { recursive: true, force: true }));
  for (const name of ['README.md', '.prettierrc', 'docs']) {
    cpSync(join(root, name), join(copy, name), { recursive: true });
  }
  return copy;
}

describe('the tables of the results', () => {
  it('are those of the kept runs', () => {
    const { status, stdout, stderr } = results('--check');
    expect(stdout + stderr).not.toContain('differs');
    expect(status, 'node tools/results.mjs').toBe(0);
  });

  it('are refused where a number differs, and grow by a folder', () => {
    const copy = copyOfPages();
    const page = join(copy, 'docs', 'results', 'README.md');
    const right = readFileSync(page, 'utf8');
    writeFileSync(page, right.replace(/(small LSTM +\| 78\.5 \/ 119\.2 +\| \[)\d\d/, '$142'));
    const refused = results('--check', '--root', copy);
    expect(refused.status).toBe(1);
    expect(refused.stdout).toContain(`differs: ${join('docs', 'results', 'README.md')}\n`);
    expect(refused.stderr).toContain('Run: node tools/results.mjs');

    const [seed1, other] = ['seed-1', 'seed-99'].map((seed) =>
      join(copy, 'docs', 'results', 'ptb-small', `ptb-small-${seed}`),
    ) as [string, string];
    cpSync(seed1, other, { recursive: true });
    const config = JSON.parse(readFileSync(join(other, 'config.json'), 'utf8')) as object;
    writeFileSync(join(other, 'config.json'), JSON.stringify({ ...config, seed: 99 }));
    expect(results('--root', copy).status).toBe(0);
    for (const file of ['README.md', 'docs/results/README.md', 'docs/results/ptb-small/table.md']) {
      expect(readFileSync(join(copy, file), 'utf8')).toMatch(/, 99 /);
    }
    expect(results('--check', '--root', copy).status).toBe(0);
    // A statement names the rate that its runs share, once.
    const verdicts = readFileSync(page, 'utf8');
    expect(verdicts).toMatch(/narrow-bn − wsj-birnn-narrow, timit, rate 0.001 +\|/);
    expect(verdicts).toMatch(/ptb-small-bn, authors-code, rate 2 − 1 +\|/);

    const file = join(other, 'result.json');
    const ended = JSON.parse(readFileSync(file, 'utf8')) as object;
    const diverged = { step: 5, message: 'the loss is NaN' };
    writeFileSync(file, JSON.stringify({ ...ended, epochs: 1, diverged }));
    expect(results('--root', copy).status).toBe(0);
    // The epochs are those of the runs that did not diverge.
    expect(readFileSync(page, 'utf8')).toMatch(/small LSTM, 1 of 11 runs diverged +\|/);
  });

  it('ask for runs that are there', () => {
    const copy = copyOfPages();
    const page = join(copy, 'docs', 'speech.md');
    const marked = (what: string) => `<!-- runs: ${what} -->\n<!-- end of runs -->\n`;
    for (const [what, sentence] of [
      ['nothing unit=word', 'there is no table "nothing"'],
      ['perplexity model=small', 'runs have no "model"'],
      ['perplexity page=nowhere', 'no run is page=nowhere'],
      ['perplexity page=ptb-small seed!=1 seed=1', 'no run is page=ptb-small seed!=1 seed=1'],
    ] as const) {
      writeFileSync(page, marked(what));
      const { status, stderr } = results('--check', '--root', copy);
      expect([status, stderr]).toEqual([1, expect.stringContaining(sentence)]);
    }
  });
});
