import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, delimiter, dirname, isAbsolute, join, win32 } from 'node:path';
import type { BlasSource } from './loadBlas';

/** Names for Linux's dynamic loader, and usual places of installers. */
const onLinux: readonly BlasSource[] = [
  { name: 'openblas', path: 'libopenblas.so.0' },
  { name: 'openblas', path: 'libopenblas.so' },
  { name: 'openblas', path: '/opt/OpenBLAS/lib/libopenblas.so' },
  { name: 'onednn', path: 'libdnnl.so.3' },
  { name: 'onednn', path: 'libdnnl.so.2' },
  { name: 'mkl', path: 'libmkl_rt.so.3' },
  { name: 'mkl', path: 'libmkl_rt.so.2' },
  { name: 'mkl', path: 'libmkl_rt.so' },
  { name: 'mkl', path: '/opt/intel/oneapi/mkl/latest/lib/libmkl_rt.so.3' },
  { name: 'mkl', path: '/opt/intel/oneapi/mkl/latest/lib/libmkl_rt.so.2' },
  { name: 'blis', path: 'libblis.so.4' },
  { name: 'blis', path: 'libblis.so' },
];

const onMac: readonly BlasSource[] = [
  { name: 'openblas', path: '/opt/homebrew/opt/openblas/lib/libopenblas.dylib' },
  { name: 'openblas', path: '/usr/local/opt/openblas/lib/libopenblas.dylib' },
  {
    name: 'accelerate',
    path: '/System/Library/Frameworks/Accelerate.framework/Versions/Current/Accelerate',
  },
];

/** What decides where libraries are looked for. */
interface System {
  readonly platform: NodeJS.Platform;
  readonly env: NodeJS.ProcessEnv;
  readonly home: string;
}

const here: System = { platform: process.platform, env: process.env, home: homedir() };

/**
 * Where a BLAS may lie on this system. Names are for the dynamic loader's own search; of whole paths only those that
 * exist are listed. No program is started.
 */
export function placesHere({ platform, env, home }: System = here): BlasSource[] {
  if (platform === 'win32') return placesOnWindows(env).filter(({ path }) => existsSync(path));
  const system = platform === 'linux' ? onLinux : platform === 'darwin' ? onMac : [];
  const there = system.filter(({ path }) => !isAbsolute(path) || existsSync(path));
  return [...there, ...pythonPrefixes(env, home).flatMap(librariesBelow)];
}

/** Windows would look for a name in the working directory too: only whole paths, below what its installers set. */
export function placesOnWindows(env: NodeJS.ProcessEnv): BlasSource[] {
  const below = (variable: string, name: string, ...parts: string[]): BlasSource[] => {
    const folder = env[variable] ?? '';
    return win32.isAbsolute(folder) ? [{ name, path: win32.join(folder, ...parts) }] : [];
  };
  const mkl = ['mkl_rt.3.dll', 'mkl_rt.2.dll'];
  return [
    ...below('CONDA_PREFIX', 'openblas', 'Library', 'bin', 'openblas.dll'),
    ...mkl.flatMap((file) => [
      ...below('VIRTUAL_ENV', 'mkl', 'Library', 'bin', file),
      ...below('CONDA_PREFIX', 'mkl', 'Library', 'bin', file),
      ...below('LOCALAPPDATA', 'mkl', 'bnrnn', 'Library', 'bin', file),
      ...below('MKLROOT', 'mkl', 'bin', file),
      ...below('MKLROOT', 'mkl', 'redist', 'intel64', file),
      ...below('ProgramFiles(x86)', 'mkl', 'Intel', 'oneAPI', 'mkl', 'latest', 'bin', file),
    ]),
  ];
}

/** The folder of libraries that `doctor` proposes to install into, below the user's data. */
export function ownPrefix(env: NodeJS.ProcessEnv, home: string): string {
  const data = env['XDG_DATA_HOME'] ?? '';
  return join(isAbsolute(data) ? data : join(home, '.local', 'share'), 'bnrnn');
}

/** Folders that hold Python environments: the active ones, our own, and those of the interpreters on the path. */
function pythonPrefixes(env: NodeJS.ProcessEnv, home: string): string[] {
  const named = [env['VIRTUAL_ENV'] ?? '', env['CONDA_PREFIX'] ?? '', ownPrefix(env, home)];
  const onPath = (env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => isAbsolute(folder) && existsSync(join(folder, 'python3')))
    .flatMap((folder) => [
      dirname(folder),
      dirname(dirname(realpathSync(join(folder, 'python3')))),
      // pyenv's programs are scripts that choose among its versions.
      ...(basename(folder) === 'shims' ? foldersIn(join(dirname(folder), 'versions')) : []),
    ]);
  const all = [...named, ...onPath, join(home, '.local')];
  return [...new Set(all.filter((folder) => isAbsolute(folder)))];
}

/** The libraries of a Python or Conda environment, those inside NumPy's and SciPy's wheels among them. */
function librariesBelow(prefix: string): BlasSource[] {
  const lib = join(prefix, 'lib');
  const folders = [lib, join(prefix, 'local', 'lib')]; // Debian's pip installs into the second one
  const named: BlasSource[] = folders.flatMap((folder) => [
    { name: 'mkl', path: join(folder, 'libmkl_rt.so.3') },
    { name: 'mkl', path: join(folder, 'libmkl_rt.so.2') },
    { name: 'openblas', path: join(folder, 'libopenblas.so.0') },
    { name: 'openblas', path: join(folder, 'libopenblas.dylib') },
    { name: 'blis', path: join(folder, 'libblis.so.4') },
    { name: 'onednn', path: join(folder, 'libdnnl.so.3') },
    { name: 'onednn', path: join(folder, 'libdnnl.so.2') },
  ]);
  const wheels = foldersIn(lib)
    .filter((folder) => basename(folder).startsWith('python3'))
    .flatMap((folder) => ['site-packages', 'dist-packages'].map((name) => join(folder, name)))
    .flatMap((packages) => [
      ...['numpy.libs', 'scipy.libs'].map((name) => join(packages, name)),
      ...['numpy', 'scipy'].map((name) => join(packages, name, '.dylibs')),
    ]);
  const inWheels = wheels.flatMap((folder) =>
    namesIn(folder)
      .filter((name) => /openblas.*\.(so|dylib)/.test(name))
      .map((name) => ({ name: 'openblas', path: join(folder, name) })),
  );
  return [...named.filter(({ path }) => existsSync(path)), ...inWheels];
}

function foldersIn(folder: string): string[] {
  return namesIn(folder).map((name) => join(folder, name));
}

/** What lies in a folder; nothing where it cannot be read. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}
