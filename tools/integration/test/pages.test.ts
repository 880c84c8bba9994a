import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
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

  it.each(pages())('%s links to files and names sources that exist', (page) => {
    const text = readFileSync(join(root, page), 'utf8');
    expect(missing(page, text)).toEqual([]);
  });

  it('sees a link and the name of a source that lead nowhere', () => {
    const link = '[here](nowhere.md#part) and [there](https://example.org)';
    const parts =
      '[a](docs/claims.md#how-a-verdict-is-reached), [b](docs/claims.md#nowhere), [c](#two)';
    expect(missing('README.md', `# One\n\n${parts}`)).toEqual(['docs/claims.md#nowhere', '#two']);
    const source = '`packages/core/src/nowhere.ts` and `core/src/index.ts`';
    expect(missing('README.md', `${link} ${source}`)).toEqual([
      'nowhere.md',
      'packages/core/src/nowhere.ts',
    ]);
  });

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

/** What a page links to or names as a source in this repository, and what is not there. */
function missing(page: string, text: string): string[] {
  const links = matches(text, /\]\(([^)#\s]+)(?:#[^)]*)?\)/g).filter((to) => !/^\w+:/.test(to));
  const sources = matches(text, /`((?:packages\/|tools\/|docs\/)?[\w./-]+\/[\w./-]+\.m?ts)`/g);
  const parts = matches(text, /\]\(([^)\s:]*#[^)\s]+)\)/g).filter((to) => {
    const [file = '', part = ''] = to.split('#');
    const target = join(root, dirname(page), file);
    if (file !== '' && !(file.endsWith('.md') && existsSync(target))) return false;
    return !headings(file === '' ? text : readFileSync(target, 'utf8')).includes(part);
  });
  const isThere = (file: string): boolean =>
    [root, join(root, 'packages'), join(root, dirname(page))].some((base) =>
      existsSync(join(base, file)),
    );
  return [
    ...links.filter((to) => !existsSync(join(root, dirname(page), to))),
    ...parts,
    ...sources.filter((file) => !isThere(file)),
  ];
}

/** The parts of a page that a link can name, as GitHub spells them. */
const headings = (text: string): string[] =>
  matches(text, /^#+ (.*)$/gm).map((heading) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );

const matches = (text: string, pattern: RegExp): string[] =>
  [...text.matchAll(pattern)].flatMap(([, found = '']) => found);

/** A line without what cannot be wrapped: the addresses of links, and code. */
const withoutUnbroken = (line: string): string =>
  line.replaceAll(/\]\([^)]*\)/g, ']').replaceAll(/`[^`]*`/g, '');
