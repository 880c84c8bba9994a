/** Rotation distances of Threefry-2x32, repeated every eight rounds (Salmon et al. 2011, table 2). */
const rotations = [13, 15, 26, 6, 17, 29, 16, 24] as const;

/** The key-schedule parity word of Threefry with 32-bit words. */
const parity = 0x1bd11bda;

/**
 * Threefry-2x32 with 20 rounds: two random 32-bit words for each counter and key.
 *
 * It only adds, rotates and xors 32-bit words, so a kernel in any language repeats it bit for bit.
 *
 * @param key0, key1          the key.
 * @param counter0, counter1  the counter.
 * @param out                 receives two words at `offset` and `offset + 1`.
 * @see Salmon, Moraes, Dror, Shaw: Parallel Random Numbers: As Easy as 1, 2, 3. SC 2011.
 */
export function threefry2x32(
  key0: number,
  key1: number,
  counter0: number,
  counter1: number,
  out: Uint32Array,
  offset = 0,
): void {
  const key2 = parity ^ key0 ^ key1;
  let x0 = (counter0 + key0) | 0;
  let x1 = (counter1 + key1) | 0;
  for (let block = 0; block < 5; block++) {
    const first = (block & 1) * 4;
    for (let i = first; i < first + 4; i++) {
      const distance = rotations[i] as number;
      x0 = (x0 + x1) | 0;
      x1 = ((x1 << distance) | (x1 >>> (32 - distance))) ^ x0;
    }
    const next = block + 1;
    x0 = (x0 + scheduled(next % 3, key0, key1, key2)) | 0;
    x1 = (x1 + scheduled((next + 1) % 3, key0, key1, key2) + next) | 0;
  }
  out[offset] = x0;
  out[offset + 1] = x1;
}

function scheduled(index: number, key0: number, key1: number, key2: number): number {
  return index === 0 ? key0 : index === 1 ? key1 : key2;
}
