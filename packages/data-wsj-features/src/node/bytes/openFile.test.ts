import { execFileSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../test/support/temporaryFolder';
import type { ByteSource } from '../../bytes/byteSource';
import { openFile } from './openFile';

const folder = temporaryFolder();
// 300 kB: several chunks of unpacked data.
const content = Buffer.from(Uint8Array.from({ length: 300_000 }, (_, i) => (i * i) % 251));

async function readAt(source: ByteSource, position: number, length: number): Promise<Buffer> {
  const target = Buffer.alloc(length);
  let done = 0;
  while (done < length) {
    const read = await source.read(position + done, target.subarray(done));
    if (read === 0) break;
    done += read;
  }
  return target.subarray(0, done);
}

describe('openFile', () => {
  it.each([
    ['plain', 'plain.gz', content],
    [
      'gzipped, in two members',
      'no-ending',
      [0, 150_000].map((at) => content.subarray(at, at + 150_000)).map((part) => gzipSync(part)),
    ],
  ])('reads at any position: %s, whatever its name', async (kind, name, data) => {
    const path = folder.write(name, Array.isArray(data) ? Buffer.concat(data) : data);
    const source = await openFile(path);
    expect(source.sequential).toBe(kind !== 'plain');
    expect(source.size).toBe(kind === 'plain' ? content.length : undefined);
    for (const at of [0, 70_000, 299_990, 5, 200_000, 199_000]) {
      expect(await readAt(source, at, 1000)).toEqual(content.subarray(at, at + 1000));
    }
    expect(await readAt(source, 400_000, 10)).toHaveLength(0);
    const both = await Promise.all([readAt(source, 250_000, 9), readAt(source, 10, 9)]);
    expect(both).toEqual([content.subarray(250_000, 250_009), content.subarray(10, 19)]);
    await source.close();
  });

  it('says where gzip data is cut off or damaged', async () => {
    const packed = gzipSync(content);
    const cut = await openFile(folder.write('cut.gz', packed.subarray(0, packed.length - 100)));
    await expect(readAt(cut, 0, content.length)).rejects.toThrow(
      /cut\.gz, byte \d+: cannot be read further: the gzip data ends early\./,
    );
    packed[packed.length >> 1]! ^= 0xff;
    const damaged = await openFile(folder.write('damaged.gz', packed));
    await expect(readAt(damaged, 0, content.length)).rejects.toThrow(/cannot be read further/);
    await cut.close();
    await damaged.close();
  });

  it('refuses what would be missing, a folder, a circle or a wait without end', async () => {
    await expect(openFile(join(folder.path, 'none'))).rejects.toThrow('there is no such file');
    await expect(openFile(folder.path)).rejects.toThrow('is a folder, expected a regular file');
    symlinkSync(join(folder.path, 'circle'), join(folder.path, 'circle'));
    await expect(openFile(join(folder.path, 'circle'))).rejects.toThrow('go in a circle');
    execFileSync('mkfifo', [join(folder.path, 'pipe')]);
    await expect(openFile(join(folder.path, 'pipe'))).rejects.toThrow('is a named pipe');
    await expect(openFile('/dev/zero')).rejects.toThrow('is a device or socket');
  });
});
