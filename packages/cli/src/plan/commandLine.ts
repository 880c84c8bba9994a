import { fileURLToPath } from 'node:url';

/** The program of this command line, for processes of its own. */
export function commandLineFile(): string {
  return fileURLToPath(new URL('./main.js', import.meta.url));
}
