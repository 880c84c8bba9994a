import { readdirSync, readlinkSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../test/support/temporaryFolder';
import { ByteCursor } from '../../bytes/byteCursor';
import { latin1 } from '../../bytes/byteText';
import { SourcePool } from './sourcePool';

const folder = temporaryFolder();
const files = Array.from({ length: 6 }, (_, i) => folder.write(`${i}.txt`, `file ${i}`));

/** How many of the test's files this process has open. */
function openHere(): number {
  return readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).startsWith(folder.path);
    } catch {
      return false;
    }
  }).length;
}

async function content(pool: SourcePool, path: string): Promise<string> {
  return pool.use(path, async (source) => latin1(await new ByteCursor(source).until([], '')));
}

describe.skipIf(process.platform !== 'linux')('SourcePool (counts open files in /proc)', () => {
  it('keeps some files open and closes the ones that were not used for longest', async () => {
    const pool = new SourcePool(2);
    for (const [i, path] of files.entries()) {
      expect(await content(pool, path)).toBe(`file ${i}`);
      expect(openHere()).toBe(Math.min(i + 1, 2));
    }
    await pool.close();
    expect(openHere()).toBe(0);
    await expect(content(pool, files[0]!)).rejects.toThrow('the table has been closed');
  });

  it('reads many at once and closes what is in use when it is done', async () => {
    const pool = new SourcePool(1);
    const reads = files.map((path) => content(pool, path));
    const closed = pool.close();
    expect(await Promise.all(reads)).toEqual(files.map((_, i) => `file ${i}`));
    await closed;
    expect(openHere()).toBe(0);
  });

  it('forgets no file that was opened again while another closed', async () => {
    const pool = new SourcePool(1);
    // Waves of reads that end at different times, so that closing overlaps with opening.
    for (let wave = 0; wave < 20; wave++) {
      await Promise.all(
        files.map(async (path, i) => {
          for (let turn = 0; turn < (i + wave) % 3; turn++) await Promise.resolve();
          await content(pool, path);
        }),
      );
      expect(openHere()).toBeLessThanOrEqual(1);
    }
    await pool.close();
    expect(openHere()).toBe(0);
  });

  it('tries again a file that could not be opened', async () => {
    const pool = new SourcePool();
    const path = `${folder.path}/later.txt`;
    await expect(content(pool, path)).rejects.toThrow('there is no such file');
    folder.write('later.txt', 'here now');
    expect(await content(pool, path)).toBe('here now');
    await pool.close();
  });

  it('lets readers of a gzipped file take turns', async () => {
    const path = folder.write('packed.gz', gzipSync('0123456789'));
    const pool = new SourcePool();
    let inside = 0;
    const read = (at: number): Promise<string> =>
      pool.use(path, async (source) => {
        expect(++inside).toBe(1);
        const text = latin1(await new ByteCursor(source, at).take(2, 'two digits'));
        inside--;
        return text;
      });
    expect(await Promise.all([read(6), read(0), read(4)])).toEqual(['67', '01', '45']);
    await pool.close();
  });
});
