import { hostname } from 'node:os';
import type { Collective } from '@bnrnn/core';
import type { LoadedMpi } from './loadMpi';
import { MpiError } from './mpiError';
import type { Watchdog } from './watchdog';

/** A `Collective` over MPI, which has to be ended. */
export interface MpiCollective extends Collective {
  /** The library that sums. */
  readonly description: string;
  /** Takes leave of the other ranks, which wait for it: without it an engine takes this process for one that failed. */
  finalize(): void;
  /** Ends every rank at once, this one too, with that status. */
  abort(status: number): never;
}

/**
 * Longer arrays are summed piece by piece. On one machine what a piece needs stays in the cores' caches: 57 MB of
 * gradients took 17 to 19 ms in pieces of 512 KiB with MPICH 4 and with Open MPI 4, and up to 39 ms in one piece. On a
 * network each piece would wait for messages, and only the 31 bits of a length in C bound it.
 */
const pieceBytes = { oneMachine: 2 ** 19, network: 2 ** 32 };

/**
 * A rank that waits offers its core to others at each poll, and sleeps once it has waited for longer. A sleep lasts five
 * times as long as it is told to, and ranks that have a core each meet within microseconds.
 */
const yieldingMilliseconds = 1;
const sleepMilliseconds = 0.05;

export interface StartedMpi {
  readonly mpi: LoadedMpi;
  readonly rank: number;
  readonly size: number;
  readonly watchdog: Watchdog;
  /** How long a call may take. */
  readonly seconds: number;
}

/** The collective of an MPI that was initialized. */
export function mpiCollective(started: StartedMpi): MpiCollective {
  const { mpi, rank, size, watchdog, seconds } = started;
  const { functions: f, abi } = mpi;
  const request = new BigInt64Array(1);
  const done = new Int32Array(1);
  const clock = new Int32Array(new SharedArrayBuffer(4));
  const call = (name: string, code: number): void => {
    if (code !== 0)
      throw new MpiError(`${name} failed on rank ${rank} of ${size}: ${errorText(mpi, code)}.`);
  };

  /** Returns when every rank is here; a rank that waits leaves its core to those that compute. */
  const meet = (): void => {
    call('MPI_Ibarrier', f.startBarrier(abi.world, request));
    for (const since = performance.now(); ;) {
      call('MPI_Test', f.test(request, done, abi.statusIgnore));
      if (done[0] !== 0) return;
      if (performance.now() - since < yieldingMilliseconds) f.yieldCore();
      else Atomics.wait(clock, 0, 0, sleepMilliseconds);
    }
  };
  const together = (what: string, work: () => void): void => {
    watchdog.starts(
      `Rank ${rank} of ${size} waited ${seconds} s for the other ranks in ${what} and gave up. ` +
        'Raise BNRNN_MPI_TIMEOUT (seconds) where a step, or a checkpoint, takes that long.',
    );
    try {
      meet();
      work();
    } finally {
      watchdog.ends();
    }
  };
  const sumInPieces = (values: Float32Array | Float64Array, bytes: number): void => {
    const type = values instanceof Float32Array ? abi.float : abi.double;
    together('a sum', () => {
      const piece = bytes / values.BYTES_PER_ELEMENT;
      for (let from = 0; from < values.length; from += piece) {
        const part = values.subarray(from, from + piece);
        call('MPI_Allreduce', f.sum(abi.inPlace, part, part.length, type, abi.sum, abi.world));
      }
    });
  };

  const gather = (text: string): string[] => {
    const bytes = new TextEncoder().encode(text);
    const lengths = new Float64Array(size);
    lengths[rank] = bytes.length;
    sumInPieces(lengths, pieceBytes.network);
    const room = Math.max(1, ...lengths);
    const own = new Uint8Array(room);
    own.set(bytes);
    const all = new Uint8Array(room * size);
    together('an exchange of texts', () =>
      call('MPI_Allgather', f.gather(own, room, abi.byte, all, room, abi.byte, abi.world)),
    );
    return Array.from(lengths, (length, at) =>
      new TextDecoder().decode(all.subarray(at * room, at * room + length)),
    );
  };
  /** Told at the first sum that is long enough to ask. */
  let piece: number | undefined;
  const pieceOfRanks = (): number =>
    new Set(gather(hostname())).size === 1 ? pieceBytes.oneMachine : pieceBytes.network;

  return {
    rank,
    size,
    description: mpi.description,
    sum(values) {
      const isShort = values.byteLength <= pieceBytes.oneMachine;
      sumInPieces(values, isShort ? pieceBytes.network : (piece ??= pieceOfRanks()));
    },
    gather,
    finalize() {
      watchdog.starts(`Rank ${rank} of ${size} waited ${seconds} s for the other ranks to end.`);
      call('MPI_Finalize', f.finalize());
      watchdog.stop();
    },
    abort(status) {
      f.abort(abi.world, status);
      process.exit(status);
    },
  };
}

/** MPI's own words for an error code. */
export function errorText({ functions }: LoadedMpi, code: number): string {
  const text = Buffer.alloc(512);
  const length = new Int32Array(1);
  if (functions.errorText(code, text, length) !== 0) return `error ${code}`;
  return text.toString('latin1', 0, length[0]).split('\n', 1).join();
}
