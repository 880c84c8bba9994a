import type { CheckpointStore } from './checkpointStore';

const manifestName = /^step-(\d+)\.json$/;
const ours = /^(step-\d+(-[0-9a-f]+)?\.(json|safetensors)|writing-[\w-]+\.tmp)$/;

/** A checkpoint by its manifest; nothing says yet that it is whole. */
export interface CheckpointEntry {
  readonly step: number;
  /** The manifest's name in its store. */
  readonly name: string;
}

export function manifestNameOf(step: number): string {
  return `step-${step.toString().padStart(8, '0')}.json`;
}

/** Named after its content, so that one checkpoint never overwrites the tensors of another. */
export function tensorsNameOf(step: number, sha256: string): string {
  return `step-${step.toString().padStart(8, '0')}-${sha256.slice(0, 12)}.safetensors`;
}

/** The checkpoints of a store, newest first. */
export async function listCheckpoints(store: CheckpointStore): Promise<CheckpointEntry[]> {
  const names = await store.list();
  return names
    .flatMap((name) => {
      const match = manifestName.exec(name);
      return match === null ? [] : [{ step: Number(match[1]), name }];
    })
    .sort((a, b) => b.step - a.step);
}

/** Removes every file of ours in a store but those named; files of others stay. */
export async function removeAllBut(
  store: CheckpointStore,
  kept: ReadonlySet<string>,
): Promise<void> {
  const names = await store.list();
  const gone = names.filter((name) => ours.test(name) && !kept.has(name));
  // A kill in between may leave numbers without a manifest, never a manifest without numbers.
  gone.sort((a, b) => Number(b.endsWith('.json')) - Number(a.endsWith('.json')));
  for (const name of gone) await store.remove(name);
}
