/** Bytes that can be read at a position: a plain file at any, what is unpacked or piped in order. */
export interface ByteSource {
  readonly path: string;
  /** Bytes in all; undefined where only reading to the end would tell. */
  readonly size: number | undefined;
  /** Whether going back in it means to start again (and callers must take turns). */
  readonly sequential: boolean;
  /** Reads at least one and at most `target.length` bytes; gives how many, 0 at the end. */
  read(position: number, target: Uint8Array): Promise<number>;
  close(): Promise<void>;
}
