import { findEngine, findMpi, MpiError, startMpi } from '@bnrnn/mpi';
import { execFile } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { childFailure } from './childFailure';

/** What two ranks of this machine measured. */
export interface RankTimes {
  /** A sum of one number, in microseconds. */
  readonly latencyMicroseconds: number;
  /** Bytes of a large array that a sum gets through in a second, in 10⁹. */
  readonly gigabytesPerSecond: number;
}

/** What `doctor` says about MPI. */
export interface MpiReport {
  readonly available: boolean;
  /** The library's own name and version; empty where there is none. */
  readonly library: string;
  readonly path: string;
  /** The binary interface that it speaks; null where there is no library. */
  readonly abi: string | null;
  /** The program that starts ranks; null where none was found. */
  readonly engine: string | null;
  /** What is missing; null where ranks can be started. */
  readonly reason: string | null;
  readonly fix: string | null;
  /** `passed`, or what went wrong with two ranks; null where they cannot be started. */
  readonly selfTest: string | null;
  /** Null where the self-test did not pass. */
  readonly times: RankTimes | null;
}

const none = {
  ...{ available: false, library: '', path: '', abi: null, engine: null },
  ...{ reason: null, fix: null, selfTest: null, times: null },
} satisfies MpiReport;

/** The report where there is no MPI, or none that could be asked. */
export function withoutMpi(reason: string, fix?: string): MpiReport {
  return { ...none, reason, fix: fix ?? null };
}

const install = 'apt-get install -y mpich (or, without root: pip install mpich)';
const unset = 'Leave BNRNN_MPI out, or name the file of an MPI library in it.';

/** MPI starts within seconds; one that does not is a broken one. */
const timeout = 60_000;

/** Looks for an MPI and its engine and lets two ranks add up; call it in a process of its own. */
export async function checkMpi(): Promise<MpiReport> {
  const { mpi, reason } = findMpi();
  if (mpi === null) {
    return withoutMpi(`${reason}.`, (process.env['BNRNN_MPI'] ?? '') === '' ? install : unset);
  }
  const found = { ...none, library: mpi.description, path: mpi.path, abi: mpi.abi.name };
  let engine;
  try {
    engine = findEngine(mpi);
  } catch (error) {
    if (!(error instanceof MpiError)) throw error;
    return { ...found, reason: error.message, fix: error.hint ?? null };
  }
  const command = { ...found, available: true, engine: engine.command };
  const main = fileURLToPath(new URL('./main.js', import.meta.url));
  const args = [...engine.argumentsFor(2), process.execPath, main, 'doctor-rank'];
  try {
    const env = { ...process.env, ...engine.env, BNRNN_MPI: mpi.path };
    const { stdout } = await promisify(execFile)(engine.command, args, { timeout, env });
    return { ...command, selfTest: 'passed', times: timesIn(stdout) };
  } catch (error) {
    return { ...command, selfTest: `failed: ${childFailure(error, timeout)}` };
  }
}

/** Takes what rank 0 printed: an engine may add lines of its own. */
function timesIn(stdout: string): RankTimes {
  const line = stdout.split('\n').find((text) => text.startsWith('{'));
  if (line === undefined) throw new Error('rank 0 printed no result');
  return JSON.parse(line) as RankTimes;
}

/** Sums that warm up, and sums that are timed. */
const [warmUp, timed] = [20, 200];
const largeNumbers = 2 ** 22;

/**
 * One of the two ranks of the self-test: sums, checks and times them.
 *
 * @returns the times on rank 0, undefined on the others.
 * @throws MpiError where a sum is wrong.
 */
export function measureRanks(): RankTimes | undefined {
  const mpi = startMpi();
  const { rank, size } = mpi;
  const expected = (size * (size + 1)) / 2;
  const small = new Float64Array(1);
  const sumOnce = (): void => {
    small[0] = rank + 1;
    mpi.sum(small);
    if (small[0] !== expected) {
      throw new MpiError(`The sum of ${size} ranks is ${small[0]}, expected ${expected}.`);
    }
  };
  for (let i = 0; i < warmUp; i++) sumOnce();
  const started = performance.now();
  for (let i = 0; i < timed; i++) sumOnce();
  const latencyMicroseconds = ((performance.now() - started) / timed) * 1000;

  const large = new Float32Array(largeNumbers);
  mpi.sum(large);
  const from = performance.now();
  mpi.sum(large);
  const gigabytesPerSecond = large.byteLength / 1e6 / (performance.now() - from);
  mpi.finalize();
  return rank === 0 ? { latencyMicroseconds, gigabytesPerSecond } : undefined;
}
