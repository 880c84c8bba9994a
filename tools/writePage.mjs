import { writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';

/** Writes a page of Markdown in the repository's format, as `npm run format` would. */
export async function writePage(file, markdown) {
  const options = await resolveConfig(file);
  writeFileSync(file, await format(markdown, { ...options, filepath: file }));
}
