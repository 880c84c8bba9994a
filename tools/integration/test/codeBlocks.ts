import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pages } from './pages';
import { root } from './publishedPackages';

/**
 * What a block's first line says behind its language: nothing (it is type-checked and run), that it is only
 * type-checked (it needs what a test machine lacks), or that it is quoted from a source file.
 */
const kinds = ['run', 'typed-only', 'excerpt'] as const;

/** A block of TypeScript or JavaScript in a page. */
export interface CodeBlock {
  /** `packages/core/README.md:12`. */
  readonly where: string;
  readonly kind: (typeof kinds)[number];
  readonly code: string;
}

/** The blocks of every README and page of the repository. */
export function codeBlocks(): CodeBlock[] {
  return pages().flatMap((page) => {
    const lines = readFileSync(join(root, page), 'utf8').split('\n');
    return lines.flatMap((line, i): CodeBlock[] => {
      const [, , said = 'run'] =
        /^```(ts|js|typescript|javascript|mts|mjs)(?: (\S+))?\s*$/.exec(line) ?? [];
      if (!/^```(?:ts|js|typescript|javascript|mts|mjs)\b/.test(line)) return [];
      const where = `${page}:${i + 1}`;
      const kind = kinds.find((known) => known === said);
      if (kind === undefined) throw new Error(`${where} is a block of the kind "${said}".`);
      const end = lines.indexOf('```', i + 1);
      return [{ where, kind, code: `${lines.slice(i + 1, end).join('\n')}\n` }];
    });
  });
}
