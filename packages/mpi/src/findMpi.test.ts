import { expect, test, vi } from 'vitest';
import { candidates, findMpi } from './findMpi';
import { launchOf } from './launcher';

test('none means none, and a path that is not there is named', () => {
  expect(findMpi({ BNRNN_MPI: 'none' })).toEqual({ mpi: null, reason: 'BNRNN_MPI=none' });
  expect(findMpi({ BNRNN_MPI: '/no/such/libmpi.so.12' })).toEqual({
    mpi: null,
    reason: '/no/such/libmpi.so.12: does not exist',
  });
});

test.runIf(process.platform === 'linux')('a library that is no MPI is refused', () => {
  const { mpi, reason } = findMpi({ BNRNN_MPI: 'libm.so.6' });
  expect(mpi).toBeNull();
  expect(reason).toContain('MPI_Get_library_version');
});

test('UCX is told before a library is opened to leave machine code alone, unless the user decided', () => {
  const name = 'UCX_MEM_MMAP_HOOK_MODE';
  vi.stubEnv(name, undefined);
  findMpi({ BNRNN_MPI: 'libm.so.6' });
  expect(process.env[name]).toBe('none');
  vi.stubEnv(name, 'bistro');
  findMpi({ BNRNN_MPI: 'libm.so.6' });
  expect(process.env[name]).toBe('bistro');
  vi.unstubAllEnvs();
});

test.runIf(process.platform === 'linux')("an engine's own library comes first", () => {
  const environment = { VIRTUAL_ENV: '/env', PATH: '/nowhere' };
  expect(candidates({ ...environment, OMPI_COMM_WORLD_SIZE: '2' })).toEqual([
    '/env/lib/libmpi.so.40',
    '/env/lib/release/libmpi.so.40',
    'libmpi.so.40',
  ]);
  expect(candidates({ ...environment, PMI_SIZE: '2' })[0]).toBe('/env/lib/libmpi_abi.so.1');
  expect(candidates({ PATH: '' })).toEqual([
    'libmpi_abi.so.1',
    'libmpich.so.12',
    'libmpi.so.12',
    'libmpi.so.40',
  ]);
});

test('what engines say of a process', () => {
  expect(launchOf({})).toBeUndefined();
  expect(launchOf({ OMPI_COMM_WORLD_SIZE: '4' })).toEqual({ family: 'Open MPI', ranks: 4 });
  expect(launchOf({ PMI_SIZE: '3', PMI_RANK: '0' })).toEqual({ family: 'MPICH', ranks: 3 });
  expect(launchOf({ SLURM_STEP_NUM_TASKS: '8', PMIX_RANK: '1' })).toEqual({
    family: 'Open MPI',
    ranks: 8,
  });
  expect(launchOf({ SLURM_STEP_NUM_TASKS: '8', PMI_RANK: '1' })).toEqual({
    family: 'MPICH',
    ranks: 8,
  });
  // A job of Slurm whose script was started, not srun.
  expect(launchOf({ SLURM_STEP_NUM_TASKS: '1' })).toBeUndefined();
});
