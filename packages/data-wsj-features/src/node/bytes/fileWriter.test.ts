import { existsSync, lstatSync, readFileSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../test/support/temporaryFolder';
import { FileWriter } from './fileWriter';

const folder = temporaryFolder();

describe('FileWriter', () => {
  it.each(['plain', 'packed.gz'])(
    'counts bytes before packing, and waits for a name: %s',
    async (name) => {
      const path = join(folder.path, name);
      const writer = new FileWriter(path);
      await writer.write('é\n');
      expect(writer.position).toBe(3);
      await writer.write(new Uint8Array(3_000_000).fill(65));
      await writer.write(Buffer.from('end'));
      expect(writer.position).toBe(3_000_006);
      await writer.end();
      expect(existsSync(path)).toBe(false);
      await writer.commit();
      const written = readFileSync(path);
      const content = name.endsWith('.gz') ? gunzipSync(written) : written;
      expect(content.length).toBe(3_000_006);
      expect(content.subarray(0, 4).toString()).toBe('é\nA');
      expect(content.subarray(-4).toString()).toBe('Aend');
      expect(written.length < 10_000).toBe(name.endsWith('.gz'));
    },
  );

  it('replaces a file of its name only when it is whole, and leaves nothing when it is given up', async () => {
    const path = folder.write('own/kept', 'before');
    const given = new FileWriter(path);
    await given.write('after');
    await given.abort();
    expect(readFileSync(path, 'utf8')).toBe('before');
    expect(readdirSync(join(folder.path, 'own'))).toEqual(['kept']);
    const kept = new FileWriter(path);
    await kept.write('after');
    await kept.end();
    await kept.commit();
    expect(readFileSync(path, 'utf8')).toBe('after');
    expect(readdirSync(join(folder.path, 'own'))).toEqual(['kept']);
  });

  it('says that a folder is not there, or went away', async () => {
    const lost = new FileWriter(join(folder.path, 'none', 'x'));
    await expect(
      (async () => {
        await lost.write('x');
        await lost.end();
      })(),
    ).rejects.toThrow(/none\/x cannot be written: there is no such file or folder\./);
    folder.write('leaving/other', '');
    const writer = new FileWriter(join(folder.path, 'leaving', 'x'));
    await writer.write('x');
    await writer.end();
    rmSync(join(folder.path, 'leaving'), { recursive: true });
    await expect(writer.commit()).rejects.toThrow(
      /leaving\/x cannot be written: there is no such file or folder\./,
    );
  });

  it.runIf(process.platform === 'linux').each(['full', 'full.gz'])(
    'writes into a full device, which stays one, and says so: %s',
    async (name) => {
      const link = join(folder.path, name);
      symlinkSync('/dev/full', link);
      const writer = new FileWriter(link);
      const written = (async () => {
        await writer.write(new Uint8Array(100));
        await writer.end();
      })();
      await expect(written).rejects.toThrow(`${link} cannot be written: the disk is full.`);
      await writer.abort();
      expect(lstatSync('/dev/full').isCharacterDevice()).toBe(true);
      expect(lstatSync(link).isSymbolicLink()).toBe(true);
    },
  );
});
