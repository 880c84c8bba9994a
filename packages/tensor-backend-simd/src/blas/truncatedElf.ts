import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';

/** Where Linux's loader finds a library by its name, mostly. */
const folders = [
  ...['x86_64', 'aarch64'].flatMap((name) => [
    `/lib/${name}-linux-gnu`,
    `/usr/lib/${name}-linux-gnu`,
  ]),
  ...['/lib64', '/usr/lib64', '/lib', '/usr/lib', '/usr/local/lib'],
];

/**
 * What a library's file lacks at its end, a sentence's part; undefined where nothing does, or no file is found.
 *
 * The loader maps a file by its headers without looking at its length: the first touch of a page behind the
 * end kills the process (SIGBUS).
 *
 * @param library  a path, or a name for Linux's loader.
 * @see ELF-64 object file format: e_phoff at 32, e_shoff at 40, sizes and counts from 54 on
 */
export function missingEnd(library: string): string | undefined {
  const searched = [...(process.env['LD_LIBRARY_PATH'] ?? '').split(delimiter), ...folders];
  const paths = isAbsolute(library)
    ? [library]
    : searched.filter((folder) => folder !== '').map((folder) => join(folder, library));
  const path = paths.find((candidate) => existsSync(candidate));
  if (path === undefined) return undefined;
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    const read = (at: number, length: number): DataView => {
      const bytes = new Uint8Array(length);
      readSync(file, bytes, 0, length, at);
      return new DataView(bytes.buffer);
    };
    const end = endOf(read, size);
    return end <= size ? undefined : `the file ${path} has ${size} bytes and should have ${end}`;
  } finally {
    closeSync(file);
  }
}

/** The byte behind the last one that the headers speak of; 0 where it is no 64-bit little-endian ELF file. */
function endOf(read: (at: number, length: number) => DataView, size: number): number {
  const head = read(0, 64);
  const isElf =
    head.getUint32(0) === 0x7f454c46 && head.getUint8(4) === 2 && head.getUint8(5) === 1;
  if (!isElf) return 0;
  const number = (view: DataView, at: number): number => Number(view.getBigUint64(at, true));
  const [programs, sections] = [number(head, 32), number(head, 40)];
  const [programSize, programCount] = [head.getUint16(54, true), head.getUint16(56, true)];
  const [sectionSize, sectionCount] = [head.getUint16(58, true), head.getUint16(60, true)];
  const headersEnd = programs + programSize * programCount;
  const end = Math.max(headersEnd, sections + sectionSize * sectionCount);
  if (headersEnd > size) return end;
  const segments = Array.from({ length: programCount }, (_, index) => {
    const segment = read(programs + index * programSize, programSize);
    return number(segment, 8) + number(segment, 32);
  });
  return Math.max(end, ...segments);
}
