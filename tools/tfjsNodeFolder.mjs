import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where tools/libtensorflow put tfjs-node: what BNRNN_TFJS_NODE says, or its default folder; null where it is not. */
export function tfjsNodeFolder() {
  const named = process.env['BNRNN_TFJS_NODE'];
  if (named) return named;
  const folder = fileURLToPath(new URL('../.tfjs-node', import.meta.url));
  return existsSync(join(folder, 'build.json')) ? folder : null;
}
