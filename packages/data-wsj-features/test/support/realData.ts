import { formatEntry } from '@bnrnn/data-wsj-features';
import { readEntries } from '@bnrnn/data-wsj-features/node';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { expect } from 'vitest';

const repository = fileURLToPath(new URL('../../../../', import.meta.url));
const data = resolve(repository, process.env['BNRNN_DATA'] ?? '../shared/data');

/** The path of a data set, whether it is absent, and the words that a skipped test shows. */
export function dataSet(name: string): { path: string; absent: boolean; title: string } {
  const path = join(data, name);
  const absent = !existsSync(path);
  return { path, absent, title: absent ? `(skipped: nothing at ${path})` : '' };
}

/** What Kaldi wrote, unpacked. */
export function expectedText(...path: string[]): string {
  const content = readFileSync(join(...path));
  return (path.at(-1)?.endsWith('.gz') === true ? gunzipSync(content) : content).toString();
}

/** The first entries of a table in Kaldi's text form. */
export async function kaldiText(spec: string, most = Infinity): Promise<string> {
  let all = '';
  let count = 0;
  for await (const entry of readEntries(spec)) {
    all += formatEntry(entry);
    if (++count === most) break;
  }
  return all;
}

/** Fails with the first line that differs instead of two long texts. */
export function expectSameText(actual: string, wanted: string): void {
  if (actual === wanted) return;
  const [ours, theirs] = [actual.split('\n'), wanted.split('\n')];
  const at = theirs.findIndex((line, i) => line !== ours[i]);
  expect(`line ${at}: ${ours[at]?.slice(0, 300)}`).toBe(`line ${at}: ${theirs[at]?.slice(0, 300)}`);
  expect(ours).toHaveLength(theirs.length);
}
