import type { ByteSource } from './byteSource';

/**
 * The bytes of a Blob, which the File of a page's picker is too; what is read of it is in memory, no more.
 *
 *     parseEntries(blobSource(new Blob([bytes]), 'feats.ark'))
 *
 * @param path  what errors call it.
 */
export function blobSource(blob: Blob, path: string): ByteSource {
  return {
    path,
    size: blob.size,
    sequential: false,
    async read(position, target) {
      const part = blob.slice(position, position + target.length);
      target.set(new Uint8Array(await part.arrayBuffer()));
      return part.size;
    },
    close: () => Promise.resolve(),
  };
}
