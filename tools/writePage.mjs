import { writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';

/** Writes a page of Markdown in the repository's format. */
export async function writePage(file, markdown) {
  writeFileSync(file, await formatPage(file, markdown));
}

/** A page of Markdown in the repository's format, as `npm run format` would have it. */
export async function formatPage(file, markdown) {
  const options = await resolveConfig(file);
  return format(markdown, { ...options, filepath: file });
}
