import { fileURLToPath } from 'node:url';
import { python } from '../environment.mjs';
import { runQuietly } from '../measure.mjs';

const script = fileURLToPath(new URL('../export_start.py', import.meta.url));

/** The sizes of a preset, and the weights and windows that the peers start from where these are small enough for JSON. */
export function exportedStart(preset, batch) {
  const flags = [
    ...(batch === undefined ? [] : ['--batch', batch]),
    ...(preset.startsWith('agreement') ? [] : ['--sizes-only']),
  ];
  return JSON.parse(runQuietly(python, [script, preset, ...flags]));
}
