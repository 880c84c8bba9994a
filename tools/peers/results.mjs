import { mkdirSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { root } from './machine.mjs';

/** Writes `docs/results/bench/<name>.json` and `.md`. */
export function writeResults(name, run, markdown) {
  const folder = `${root}docs/results/bench`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}/${name}.json`, `${JSON.stringify(run, null, 1)}\n`);
  writeFileSync(`${folder}/${name}.md`, markdown);
  process.stderr.write(`docs/results/bench/${name}.md\n`);
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
