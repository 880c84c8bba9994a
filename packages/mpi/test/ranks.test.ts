import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { mpiEngines, type MpiEngine } from '@bnrnn/test-utils';
import { describe, expect, test } from 'vitest';

declare module 'vitest' {
  interface TaskMeta {
    /** What MPI was tested: the page of `tools/rankSuites.mjs` has it. */
    mpi?: { version: unknown; abi: unknown };
  }
}

const program = fileURLToPath(new URL('rank.mjs', import.meta.url));
const engines = mpiEngines();

function start({ mpiexec, args, env }: MpiEngine, ranks: number, ...rest: string[]) {
  // A busy machine takes seconds to start an MPI.
  const seconds = rest[0] === 'late' ? '6' : '30';
  const began = performance.now();
  const { status, signal, stdout, stderr } = spawnSync(
    mpiexec,
    ['-n', `${ranks}`, ...args, process.execPath, program, ...rest],
    {
      encoding: 'utf8',
      timeout: 50_000,
      env: { ...process.env, BNRNN_MPI_TIMEOUT: seconds, ...env },
    },
  );
  const lines = stdout.split('\n').filter((line) => line.startsWith('{'));
  const said = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  said.sort((a, b) => Number(a['rank']) - Number(b['rank']));
  return { status, signal, said, stderr, seconds: (performance.now() - began) / 1000 };
}

test.skipIf(engines.length > 0)('ranks (need an MPI: Debian mpich or openmpi-bin)', () => {
  expect(engines).toEqual([]);
});

describe.each(engines)('$name', (engine) => {
  test('three ranks sum, in place, also in shared memory, and see the text of each', ({ task }) => {
    const { status, said, stderr } = start(engine, 3, 'sums');
    task.meta.mpi = { version: said[0]?.['description'], abi: said[0]?.['abi'] };
    expect(stderr).toBe('');
    expect(status).toBe(0);
    const right = { float32: true, float64: true, large: true, empty: true, shared: true };
    const texts = ['rank 0 ', 'rank 1 é', 'rank 2 éé'];
    expect(said).toEqual(
      [0, 1, 2].map((rank) => ({
        ...{ rank, size: 3, ...right, beside: true, texts },
        description: expect.stringMatching(/^(MPICH Version: \d|Open MPI v\d)/) as string,
        abi: expect.stringMatching(/^(MPI standard|MPICH|Open MPI)$/) as string,
      })),
    );
  });

  test('a sum has the same bits on every rank and in every run', () => {
    const digests = [1, 2].flatMap(() => start(engine, 3, 'bits').said.map((one) => one['digest']));
    expect(digests).toHaveLength(6);
    expect(new Set(digests).size).toBe(1);
  });

  test('a rank that aborts ends all of them, with its status', () => {
    const { status, seconds } = start(engine, 3, 'abort', '1');
    expect(status).toBe(3);
    expect(seconds).toBeLessThan(20);
  });

  test('a rank that does not come is waited for until the time-out, and a sentence names who waited', () => {
    const { status, stderr } = start(engine, 2, 'late', '1');
    expect(status).not.toBe(0);
    expect(stderr).toContain('Rank 0 of 2 waited 6 s for the other ranks in a sum and gave up.');
  });
});

describe.runIf(engines.length >= 2)('the library of another engine', () => {
  const family = (engine: MpiEngine | undefined): boolean =>
    engine?.env['OMPI_ALLOW_RUN_AS_ROOT'] === '1';
  const hydra = engines.find((engine) => !family(engine));
  const library = engines.some(family) ? 'libmpi.so.40' : 'none';

  test.runIf(hydra !== undefined && library !== 'none')('is refused before it starts', () => {
    const env = { ...(hydra as MpiEngine).env, BNRNN_MPI: library };
    const { status, stderr } = start({ ...(hydra as MpiEngine), env }, 2, 'bits');
    expect(status).not.toBe(0);
    expect(stderr).toMatch(
      /The engine of MPICH started 2 processes, and libmpi\.so\.40 \(Open MPI v.*\) is no MPICH\./,
    );
  });
});

test.skipIf(engines.length === 0)('without an engine a process is the only rank', () => {
  const { status, stdout } = spawnSync(process.execPath, [program, 'sums'], {
    encoding: 'utf8',
    env: { ...process.env, ...engines[0]?.env },
  });
  expect(status).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ rank: 0, size: 1, float32: true, texts: ['rank 0 '] });
});
