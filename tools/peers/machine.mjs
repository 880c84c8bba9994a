import { execFileSync } from 'node:child_process';
import { availableParallelism, cpus, release, totalmem, type } from 'node:os';
import { fileURLToPath } from 'node:url';

/** The repository's root, with a slash at its end. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

/** What a table says about where it was measured. */
export function machine() {
  return {
    cpu: cpus()[0].model,
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    kernel: `${type()} ${release()}`,
    node: process.versions.node,
    commit:
      git('rev-parse', '--short', 'HEAD') +
      (git('status', '--porcelain', '-uno') && ' and changes'),
  };
}

/** The same as a sentence. */
export function machineLine({ cpu, cores, memoryGiB, kernel, node }) {
  return `The machine has ${cores} cores of ${cpu} and ${memoryGiB} GiB, with ${kernel} and Node ${node}.`;
}

function git(...args) {
  return execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
}
