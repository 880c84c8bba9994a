import type { Thread } from '../threads/thread';

/** Sets `count` float32 numbers from the byte `at` on to 0. */
export function clear({ float32 }: Thread, at: number, count: number): void {
  float32.fill(0, at >>> 2, (at >>> 2) + count);
}
