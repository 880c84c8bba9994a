import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pages } from './pages';
import { root } from './publishedPackages';

const widest = 100;

/** `bnrnn report` and `bnrnn claims` print these. */
const isPrinted = (page: string): boolean => /^docs\/results\/.*\/(table|claims)\.md$/.test(page);

describe('pages', () => {
  it.each(pages().filter((page) => !isPrinted(page)))(
    `%s has no line of prose over ${widest} characters`,
    (page) => {
      const text = readFileSync(join(root, page), 'utf8');
      expect(longLines(text), 'npm run format wraps paragraphs').toEqual([]);
    },
  );

  it('sees a long line of prose, and passes over tables, links and code', () => {
    const words = (count: number): string => Array<string>(count).fill('word').join(' ');
    const long = words(30);
    const fence = '```';
    const code = [`${fence}sh`, long, fence, '', `    ${long}`];
    const link = `[word](https://example.org/${'word'.repeat(30)})`;
    const kept = [words(20), `| ${long} |`, `See ${link}.`, `\`${long}\``, ...code];
    expect(longLines([...kept, `- ${long}`, `# ${long}`].join('\n'))).toEqual([
      `10: - ${long}`,
      `11: # ${long}`,
    ]);
  });
});

/** The lines that are too wide, each with its number. */
function longLines(text: string): string[] {
  let isFenced = false;
  return text.split('\n').flatMap((line, i) => {
    const isFence = /^\s*```/.test(line);
    if (isFence) isFenced = !isFenced;
    const isProse = !isFence && !isFenced && !/^(\s*\||    )/.test(line);
    return isProse && withoutUnbroken(line).length > widest ? [`${i + 1}: ${line}`] : [];
  });
}

/** A line without what cannot be wrapped: the addresses of links, and code. */
const withoutUnbroken = (line: string): string =>
  line.replaceAll(/\]\([^)]*\)/g, ']').replaceAll(/`[^`]*`/g, '');
