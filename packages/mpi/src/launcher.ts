/** Whose processes an engine starts. */
export type MpiFamily = 'MPICH' | 'Open MPI';

/** What the engine that started this process says of it. */
export interface Launch {
  readonly family: MpiFamily;
  /** The processes that it started; this one was started by none where it is undefined. */
  readonly ranks: number;
}

/**
 * Whether this process is one of several, by the variables that engines set: Open MPI's mpiexec, Hydra (MPICH, Intel MPI),
 * Slurm's srun with PMI2 or PMIx.
 *
 * @returns undefined where it was started on its own.
 */
export function launchOf(env: NodeJS.ProcessEnv): Launch | undefined {
  const count = (name: string): number | undefined => {
    const value = Number(env[name]);
    return Number.isInteger(value) && value > 0 ? value : undefined;
  };
  const openMpi = count('OMPI_COMM_WORLD_SIZE');
  if (openMpi !== undefined) return { family: 'Open MPI', ranks: openMpi };
  const hydra = count('PMI_SIZE');
  if (hydra !== undefined) return { family: 'MPICH', ranks: hydra };
  const slurm = count('SLURM_STEP_NUM_TASKS');
  if (slurm === undefined) return undefined;
  if (env['PMIX_RANK'] !== undefined) return { family: 'Open MPI', ranks: slurm };
  return env['PMI_RANK'] === undefined ? undefined : { family: 'MPICH', ranks: slurm };
}
