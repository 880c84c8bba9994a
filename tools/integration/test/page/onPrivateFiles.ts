import { copyCheckpoint, memoryStore } from '@bnrnn/training';
import { opfsStore } from '@bnrnn/training/browser';
import { trainCharacters } from './trainCharacters';

/** Files by name, their bytes as JSON carries them. */
export type Files = Readonly<Record<string, readonly number[]>>;

export interface Continued {
  readonly losses: readonly number[];
  readonly files: Files;
  /** What the folder of private files holds. */
  readonly names: readonly string[];
  /** What a second run in the same folder is told. */
  readonly refused: string;
}

const bytesOf = async (blob: Blob): Promise<number[]> => [
  ...new Uint8Array(await blob.arrayBuffer()),
];

/** The files of a store in memory, to be carried elsewhere. */
export async function filesOf({ files }: ReturnType<typeof memoryStore>): Promise<Files> {
  const entries = [...files].map(async ([name, blob]) => [name, await bytesOf(blob)] as const);
  return Object.fromEntries(await Promise.all(entries));
}

/** A store in memory with files from elsewhere. */
export function storeOf(files: Files): ReturnType<typeof memoryStore> {
  return memoryStore(
    Object.entries(files).map(([name, bytes]) => new File([Uint8Array.from(bytes)], name)),
  );
}

/** Takes files that Node has written, goes on to `steps` in the page's private files, and hands its own back. */
export async function main({ files, steps }: { files: Files; steps: number }): Promise<Continued> {
  const store = opfsStore('runs/from-node');
  await copyCheckpoint(storeOf(files), store);
  const release = await store.lock?.();
  const refused = await trainCharacters({ backend: 'cpu', steps, store, resume: true }).then(
    () => 'nothing',
    (error: unknown) => (error as Error).message,
  );
  release?.();
  const { losses } = await trainCharacters({ backend: 'cpu', steps, store, resume: true });
  const out = memoryStore();
  await copyCheckpoint(store, out);
  return { losses, files: await filesOf(out), names: (await store.list()).toSorted(), refused };
}

/** Writes `mib` MiB into private files; what the browser's limit makes of it. */
export async function fill(mib: number): Promise<{ said: string; hint: string; left: string[] }> {
  const store = opfsStore('runs/large');
  const parts = Array.from({ length: mib }, () => new Uint8Array(2 ** 20));
  try {
    await store.write('a.safetensors', parts);
    return { said: 'written', hint: '', left: [...(await store.list())] };
  } catch (error) {
    const { message, hint = '' } = error as Error & { hint?: string };
    return { said: message, hint, left: [...(await store.list())] };
  }
}
