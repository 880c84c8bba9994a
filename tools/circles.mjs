/**
 * Circles of imports in the sources of each package: `node tools/circles.mjs`. A circle of files is one, and a circle of
 * folders is one too: of two folders of a package, one must not need the other and be needed by it. A file that lies
 * in no folder counts as a folder of its own. Imports of types count. Ends with status 1 where there is a circle.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const packages = fileURLToPath(new URL('../packages', import.meta.url));
const importedFile = /(?:from|import)\s+'(\.[^']*)'/g;

const circles = readdirSync(packages).flatMap((name) => {
  const source = join(packages, name, 'src');
  if (!existsSync(source)) return [];
  const files = readdirSync(source, { recursive: true })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .filter((file) => !file.includes('assembly'));
  const byFile = new Map(files.map((file) => [file, importsOf(source, file)]));
  const byFolder = new Map();
  for (const [file, imports] of byFile) {
    const from = folderOf(file);
    const known = byFolder.get(from) ?? new Set();
    byFolder.set(from, known);
    for (const other of imports) if (folderOf(other) !== from) known.add(folderOf(other));
  }
  return [
    ...circlesIn(byFile).map((circle) => `${name}: files ${circle.join(', ')}`),
    ...circlesIn(byFolder).map((circle) => `${name}: folders ${circle.join(', ')}`),
  ];
});
for (const circle of circles) console.log(`circle of imports: ${circle}`);
console.log(`${circles.length} circles of imports`);
process.exitCode = circles.length === 0 ? 0 : 1;

/** The files of the same sources that a file imports. */
function importsOf(source, file) {
  const text = readFileSync(join(source, file), 'utf8');
  return [...text.matchAll(importedFile)].flatMap(([, path]) => {
    const target = relative(source, join(source, dirname(file), path));
    return [`${target}.ts`, join(target, 'index.ts')].filter((one) =>
      existsSync(join(source, one)),
    );
  });
}

/** The folder of a file below `src`; the file itself where it lies in none. */
function folderOf(file) {
  return dirname(file) === '.' ? file : dirname(file);
}

/** The groups of nodes that can all reach one another (Tarjan). */
function circlesIn(graph) {
  const order = new Map();
  const lowest = new Map();
  const open = [];
  const found = [];
  const visit = (node) => {
    order.set(node, order.size);
    lowest.set(node, order.get(node));
    open.push(node);
    for (const next of graph.get(node) ?? []) {
      if (!order.has(next)) {
        visit(next);
        lowest.set(node, Math.min(lowest.get(node), lowest.get(next)));
      } else if (open.includes(next)) {
        lowest.set(node, Math.min(lowest.get(node), order.get(next)));
      }
    }
    if (lowest.get(node) !== order.get(node)) return;
    const group = open.splice(open.indexOf(node));
    if (group.length > 1) found.push(group.sort());
  };
  for (const node of graph.keys()) if (!order.has(node)) visit(node);
  return found;
}
