import { readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { root } from './publishedPackages';

/** The paths of every README and page of the repository. */
export function pages(): string[] {
  const below = (folder: string): string[] =>
    readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return isOurs(entry.name) ? below(path) : [];
      return entry.name.endsWith('.md') ? [path] : [];
    });
  return below('.').map((path) => relative('.', path).split(sep).join('/'));
}

/** Not what was installed, built or trained, nor the notes of a release. */
const isOurs = (folder: string): boolean =>
  !folder.startsWith('.') && !['node_modules', 'dist', 'runs'].includes(folder);
