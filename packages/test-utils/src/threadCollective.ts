import type { Collective } from '@bnrnn/core';

/** Memory that the threads of one group share: make it once, hand it to each. */
export function threadGroup(size: number, mostNumbers = 1 << 16): SharedArrayBuffer {
  return new SharedArrayBuffer(16 + size * mostNumbers * 8);
}

/**
 * A collective of threads: one of them sums as a process of an MPI job would, so that tests need none.
 *
 * Sums are taken in float64 in the order of ranks, and rounded once.
 */
export function threadCollective(group: SharedArrayBuffer, rank: number, size: number): Collective {
  const [arrived, turn] = [new Int32Array(group, 0, 1), new Int32Array(group, 4, 1)];
  const room = (group.byteLength - 16) / 8 / size;
  const slots = Array.from(
    { length: size },
    (_, k) => new Float64Array(group, 16 + k * room * 8, room),
  );
  const own = slots[rank] as Float64Array;

  const meet = (): void => {
    const now = Atomics.load(turn, 0);
    if (Atomics.add(arrived, 0, 1) === size - 1) {
      Atomics.store(arrived, 0, 0);
      Atomics.add(turn, 0, 1);
      Atomics.notify(turn, 0);
      return;
    }
    while (Atomics.load(turn, 0) === now) {
      if (Atomics.wait(turn, 0, now, 30_000) === 'timed-out') {
        throw new Error(`threadCollective: rank ${rank} of ${size} waited 30 s for the others.`);
      }
    }
  };

  return {
    rank,
    size,
    sum(values) {
      if (values.length > room) throw new Error(`threadCollective: no room for ${values.length}.`);
      own.set(values);
      meet();
      for (let i = 0; i < values.length; i++) {
        values[i] = slots.reduce((sum, slot) => sum + (slot[i] as number), 0);
      }
      meet();
    },
    gather(text) {
      const bytes = new TextEncoder().encode(text);
      own.set([bytes.length, ...bytes]);
      meet();
      const texts = slots.map((slot) =>
        new TextDecoder().decode(Uint8Array.from(slot.subarray(1, 1 + (slot[0] as number)))),
      );
      meet();
      return texts;
    },
  };
}
