import type { Matrix } from '../matrix';

/** A key and what stands under it in an archive or behind a line of an scp; a lone object has an empty key. */
export type Entry =
  | { readonly key: string; readonly kind: 'matrix'; readonly matrix: Matrix }
  | { readonly key: string; readonly kind: 'vector'; readonly vector: Float32Array | Float64Array }
  | { readonly key: string; readonly kind: 'integers'; readonly integers: Int32Array };

export type EntryKind = Entry['kind'];

/** What a reader of entries may be told. */
export interface EntryOptions {
  /** What every entry must be; left out, each is what it looks like. */
  readonly kind?: EntryKind;
  /** What text numbers become, and binary ones as they are: float32 (default), or float64 for statistics. */
  readonly text?: 'float32' | 'float64';
}

/** The value of an entry of the kind that was asked for. */
export type EntryOf<Kind extends EntryKind> = Extract<Entry, { kind: Kind }>;

export const kindNames: Record<EntryKind, string> = {
  matrix: 'a matrix',
  vector: 'a vector',
  integers: 'a vector of integers',
};
