import {
  blobSource,
  encodeEntry,
  filterbank,
  formatEntry,
  parseAudio,
  parseEntries,
  parsePhoneTable,
  parseSegments,
} from '@bnrnn/data-wsj-features';
import { htmlReport, parseRun } from '@bnrnn/reporting';

const text = (content: string, name: string) => blobSource(new Blob([content]), name);

/** What the parsers and the report make of bytes and texts in memory. */
export async function main(files: {
  readonly wav: readonly number[];
  readonly config: string;
  readonly events: string;
}): Promise<unknown> {
  const audio = parseAudio(Uint8Array.from(files.wav), 'a.wav');
  const matrix = filterbank({ dither: 0, bins: 4 }).compute(audio);
  const { bytes } = encodeEntry({ key: 'a', kind: 'matrix', matrix }, false);
  const entries: string[] = [];
  const archive = blobSource(new Blob([Uint8Array.from(bytes)]), 'feats.ark');
  for await (const entry of parseEntries(archive)) entries.push(formatEntry(entry));
  const phones = await parsePhoneTable(text('sil 0\nah 1\n', 'phones.txt'));
  const segments = await parseSegments(text('0 160 sil\n160 800 ah\n', 'a.phn'));
  const page = await htmlReport([parseRun('run', files)]);
  return {
    frames: matrix.rows,
    entries,
    labels: segments.map(({ label }) => phones.idOf(label)),
    // A page measures the labels of charts in its own font.
    page: page.replace(/<svg[^]*?<\/svg>/g, ''),
  };
}
