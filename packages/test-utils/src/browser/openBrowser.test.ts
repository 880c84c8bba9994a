import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { findChromium } from './findChromium';
import { openBrowser } from './openBrowser';

const folder = mkdtempSync(join(tmpdir(), 'bnrnn-browser-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const program = findChromium();

describe('findChromium', () => {
  it('takes what is named, then what is on the path, and nothing else', () => {
    const file = join(folder, 'chromium');
    writeFileSync(file, '', { mode: 0o755 });
    expect(findChromium({ BNRNN_CHROMIUM: '/else/where', PATH: folder })).toBe('/else/where');
    expect(findChromium({ PATH: `/gone:${folder}` })).toBe(file);
    expect(findChromium({ PATH: '/gone' })).toBeUndefined();
  });
});

describe.runIf(program)('openBrowser, where Chromium is on the path', () => {
  const write = (name: string, code: string): void => writeFileSync(join(folder, name), code);

  it('runs modules in an isolated page, and tells what they throw', async () => {
    write(
      'sum.js',
      'export const main = ([a, b]) => ({ sum: a + b, isolated: crossOriginIsolated });',
    );
    write(
      'fails.js',
      'export function main() { console.warn("first"); throw new RangeError("no"); }',
    );
    write('waits.js', 'export const main = () => new Promise(() => {});');
    const browser = await openBrowser({ program: program ?? '', folder, timeout: 5_000 });
    try {
      expect(await browser.run('sum.js', [2, 3])).toEqual({ sum: 5, isolated: true });
      await expect(browser.run('fails.js')).rejects.toThrow(
        /^fails\.js in the page: RangeError: no\n[^]*fails\.js:1[^]*\nwarning: first/,
      );
      await expect(browser.run('gone.js')).rejects.toThrow('Failed to fetch');
      await expect(browser.run('waits.js')).rejects.toThrow('ran for more than 5000 ms');
    } finally {
      await browser.close();
    }
  });
});
