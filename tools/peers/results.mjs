import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { writePage } from '../writePage.mjs';
import { root } from './machine.mjs';

/** Writes `docs/results/bench/<name>.json` and `.md`. */
export async function writeResults(name, run, markdown) {
  const folder = `${root}docs/results/bench`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}/${name}.json`, `${JSON.stringify(run, null, 1)}\n`);
  await writePage(`${folder}/${name}.md`, markdown);
  process.stderr.write(`docs/results/bench/${name}.md\n`);
}

/** What was written under that name before; undefined where nothing was. */
export function readResults(name) {
  const file = `${root}docs/results/bench/${name}.json`;
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}

/** A processor's model as the name of a file: `intel-xeon`, `amd-epyc-9r14`. */
export function nameOfProcessor(model) {
  const words = model
    .replace(/\((r|tm|c)\)|\bcpu\b|\bprocessor\b|@.*$|\d+-core/gi, ' ')
    .toLowerCase()
    .match(/[a-z0-9]+/g);
  return (words ?? ['processor']).join('-');
}

/** The command that was given, from the repository's root. */
export function commandLine() {
  return ['node', relative(root, process.argv[1]), ...process.argv.slice(2)].join(' ');
}

/** A row of a Markdown table. */
export const tableRow = (cells) => `| ${cells.join(' | ')} |`;

/** A median with the least and the most. */
export function withSpread({ median, min, max }, digits) {
  return `${median.toFixed(digits)} (${min.toFixed(digits)} to ${max.toFixed(digits)})`;
}
