import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { dirname, join, normalize, sep } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32, createInflateRaw } from 'node:zlib';
import { Problem } from './problem.mjs';

/**
 * Unpacks those files of a Python wheel (a zip archive) whose names `wanted` accepts, streaming: a
 * library in it may have a gigabyte.
 *
 * @returns the names that were unpacked.
 * @throws Problem where the file is no zip archive, is cut off or damaged.
 */
export async function unpackWheel(file, folder, wanted) {
  const entries = (await readDirectory(file)).filter(({ name }) => wanted(name));
  for (const entry of entries) await unpack(file, entry, folder);
  return entries.map(({ name }) => name);
}

/** The archive's central directory: name, method, checksum, sizes and place of every file. */
async function readDirectory(file) {
  const handle = await openFile(file);
  try {
    const { size } = await handle.stat();
    const tail = await read(handle, Math.max(0, size - 65_557), Math.min(size, 65_557));
    const end = tail.lastIndexOf('PK\x05\x06', undefined, 'latin1');
    if (end < 0) throw new Problem(`${file} is no wheel: it does not end like a zip archive.`);
    const count = tail.readUInt16LE(end + 10);
    const start = tail.readUInt32LE(end + 16);
    if (count === 0xffff || start === 0xffffffff) {
      throw new Problem(`${file} is a zip64 archive, which this script does not read.`, `unzip it`);
    }
    const directory = await read(handle, start, tail.readUInt32LE(end + 12));
    const entries = [];
    for (let at = 0; entries.length < count;) {
      const [names, extras, comments] = [28, 30, 32].map((i) => directory.readUInt16LE(at + i));
      entries.push({
        name: directory.toString('utf8', at + 46, at + 46 + names),
        method: directory.readUInt16LE(at + 10),
        checksum: directory.readUInt32LE(at + 16),
        packed: directory.readUInt32LE(at + 20),
        size: directory.readUInt32LE(at + 24),
        header: directory.readUInt32LE(at + 42),
      });
      at += 46 + names + extras + comments;
    }
    return entries;
  } finally {
    await handle.close();
  }
}

async function unpack(file, entry, folder) {
  const target = normalize(join(folder, entry.name));
  if (!target.startsWith(normalize(folder) + sep)) {
    throw new Problem(`${file} has a file outside of its own folder: ${entry.name}`);
  }
  if (entry.name.endsWith('/')) return;
  const handle = await openFile(file);
  const header = await read(handle, entry.header, 30);
  await handle.close();
  const start = entry.header + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
  await mkdir(dirname(target), { recursive: true });
  let checksum = 0;
  const check = new Transform({
    transform(data, _, done) {
      checksum = crc32(data, checksum);
      done(null, data);
    },
  });
  if (entry.packed === 0) return (await open(target, 'w')).close();
  const packed = createReadStream(file, { start, end: start + entry.packed - 1 });
  const inflate = entry.method === 8 ? [createInflateRaw()] : [];
  try {
    await pipeline([packed, ...inflate, check, createWriteStream(target)]);
  } catch (error) {
    throw new Problem(
      `${file} is damaged at ${entry.name}: ${error.message}`,
      'Download it again.',
    );
  }
  if (checksum !== entry.checksum) {
    throw new Problem(`${file} is damaged: the checksum of ${entry.name} is wrong.`);
  }
}

async function openFile(file) {
  try {
    return await open(file);
  } catch (error) {
    throw new Problem(`The wheel cannot be read: ${error.message}.`);
  }
}

async function read(handle, position, length) {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, position);
  if (bytesRead < length) throw new Problem('The wheel is cut off.', 'Download it again.');
  return buffer;
}
