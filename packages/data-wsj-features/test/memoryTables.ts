import type { AlignmentTable, FeatureTable } from '@bnrnn/data-wsj-features';

export interface MemoryTables {
  readonly features: FeatureTable;
  readonly alignments: AlignmentTable;
  readonly utterances: readonly { readonly key: string; readonly frames: number }[];
  /** Keys in the order in which they were read. */
  readonly read: string[];
}

export interface MemoryTablesOptions {
  readonly lengths: readonly number[];
  readonly columns?: number;
  readonly classes?: number;
}

/** Value `c` of frame `t` of utterance `u`: every one different, all exact in float32. */
export function valueAt(u: number, t: number, c: number): number {
  return u * 1000 + t + c / 16;
}

/** The class of frame `t` of utterance `u`. */
export function classAt(u: number, t: number, classes: number): number {
  return (u * 3 + t) % classes;
}

/** Tables in memory: utterance k is named `u<k>` and has `lengths[k]` frames. */
export function memoryTables(options: MemoryTablesOptions): MemoryTables {
  const { lengths, columns = 3, classes = 5 } = options;
  const keys = lengths.map((_, u) => `u${u}`);
  const read: string[] = [];
  const positionOf = (key: string): number => keys.indexOf(key);
  const features: FeatureTable = {
    keys,
    columns,
    frames: (key) => lengths[positionOf(key)]!,
    read: async (key) => {
      read.push(key);
      await new Promise((resolve) => setImmediate(resolve));
      const u = positionOf(key);
      const rows = lengths[u]!;
      const data = Float32Array.from({ length: rows * columns }, (_, i) =>
        valueAt(u, Math.floor(i / columns), i % columns),
      );
      return { rows, columns, data };
    },
    close: () => Promise.resolve(),
  };
  const alignments: AlignmentTable = {
    keys,
    classes,
    has: (key) => keys.includes(key),
    frames: (key) => lengths[positionOf(key)]!,
    read: (key) => {
      const u = positionOf(key);
      return Int32Array.from({ length: lengths[u]! }, (_, t) => classAt(u, t, classes));
    },
  };
  const utterances = keys.map((key, u) => ({ key, frames: lengths[u]! }));
  return { features, alignments, utterances, read };
}
