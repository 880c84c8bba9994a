import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** What building the addon takes: program by the Debian package that has it. */
const needed = {
  'g++': 'g++',
  make: 'make',
  nm: 'binutils',
  python3: 'python3',
  pip: 'python3-pip',
};

/**
 * The command that helps, with what this system lacks for it in front: a compiler and pip, where the
 * command builds tfjs-node's addon.
 */
export function fixHere(fix: string, path: string = process.env['PATH'] ?? ''): string {
  if (!fix.includes('tools/libtensorflow/build.mjs') || process.platform !== 'linux') return fix;
  const isThere = (program: string): boolean =>
    path.split(delimiter).some((folder) => existsSync(join(folder, program)));
  const isPipThere = isThere('pip') || isThere('pip3');
  const packages = Object.entries(needed)
    .filter(([program]) => (program === 'pip' ? !isPipThere : !isThere(program)))
    .map(([, name]) => name);
  return packages.length === 0 ? fix : `apt-get install -y ${packages.join(' ')} && ${fix}`;
}
