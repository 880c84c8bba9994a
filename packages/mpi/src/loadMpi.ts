import { createRequire } from 'node:module';
import { existsSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { abiOf, type MpiAbi } from './abi';
import type { MpiFamily } from './launcher';

type Argument = number | bigint | ArrayBufferView | null;
type MpiFunction = (...values: Argument[]) => number;
type Library = {
  func(name: string, result: string, values: string[]): MpiFunction;
  symbol(name: string): bigint;
};

/** The functions of MPI that are used here; each returns an error code, 0 for none. */
export interface MpiFunctions {
  readonly init: MpiFunction;
  readonly finalize: MpiFunction;
  readonly abort: MpiFunction;
  readonly rank: MpiFunction;
  readonly size: MpiFunction;
  readonly setErrorHandler: MpiFunction;
  readonly errorText: MpiFunction;
  readonly sum: MpiFunction;
  readonly gather: MpiFunction;
  readonly startBarrier: MpiFunction;
  readonly test: MpiFunction;
  /** The system's `sched_yield`: lets another process that is ready run on this core. */
  readonly yieldCore: MpiFunction;
}

/** An MPI library that was opened; nothing is started yet. */
export interface LoadedMpi {
  readonly path: string;
  readonly abi: MpiAbi;
  /** Whose engine its processes belong to. */
  readonly family: MpiFamily;
  /** Name and version, as the library says. */
  readonly description: string;
  readonly functions: MpiFunctions;
}

/** MPI_MAX_LIBRARY_VERSION_STRING is 8192 in MPICH and the standard, 256 in Open MPI. */
const longestVersion = 8192;

/**
 * Opens an MPI library and binds what is needed of it.
 *
 * @param path  what the dynamic loader is given.
 * @throws Error of the loader where koffi or the library is missing; DataError where it is no MPI that is known.
 */
export function loadMpi(path: string): LoadedMpi {
  const koffi = createRequire(import.meta.url)('koffi') as {
    load(path: string | null): Library;
  };
  showPrefix(path);
  keepCodeWhole();
  const library = koffi.load(path);
  const version = versionOf(library);
  const abi = abiOf({
    version,
    standardAbi: standardAbiOf(library),
    address: (name) => attempt(() => library.symbol(name)),
  });
  const pointer = 'void *';
  const { handle } = abi;
  const bind = (name: string, ...values: string[]): MpiFunction =>
    library.func(`MPI_${name}`, 'int', values);
  return {
    path,
    abi,
    family: version.startsWith('Open MPI') ? 'Open MPI' : 'MPICH',
    description: nameIn(version),
    functions: {
      init: bind('Init_thread', pointer, pointer, 'int', pointer),
      finalize: bind('Finalize'),
      abort: bind('Abort', handle, 'int'),
      rank: bind('Comm_rank', handle, pointer),
      size: bind('Comm_size', handle, pointer),
      setErrorHandler: bind('Comm_set_errhandler', handle, handle),
      errorText: bind('Error_string', 'int', pointer, pointer),
      sum: bind('Allreduce', 'uintptr_t', pointer, 'int', handle, handle, handle),
      gather: bind('Allgather', pointer, 'int', handle, pointer, 'int', handle, handle),
      startBarrier: bind('Ibarrier', handle, pointer),
      test: bind('Test', pointer, pointer, 'uintptr_t'),
      yieldCore: koffi.load(null).func('sched_yield', 'int', []),
    },
  };
}

function versionOf(library: Library): string {
  const text = Buffer.alloc(longestVersion);
  const length = new Int32Array(1);
  library.func('MPI_Get_library_version', 'int', ['void *', 'void *'])(text, length);
  return text.toString('latin1', 0, length[0]).replaceAll('\0', '');
}

/** `MPICH Version: 4.0.2` or `Open MPI v4.1.4` of the lines that libraries say. */
function nameIn(version: string): string {
  return version.split(/[\n,]/, 1).join().replaceAll(/\s+/g, ' ').trim();
}

function standardAbiOf(library: Library): number | undefined {
  return attempt(() => {
    const numbers = [new Int32Array(1), new Int32Array(1)] as const;
    library.func('MPI_Abi_get_version', 'int', ['void *', 'void *'])(...numbers);
    return numbers[0][0];
  });
}

/** Open MPI looks for its parts where it was built; one that was moved, as in a Python environment, is told. */
function showPrefix(path: string): void {
  if (!isAbsolute(path) || process.env['OPAL_PREFIX'] !== undefined) return;
  const prefix = dirname(dirname(path));
  const moved = existsSync(join(prefix, 'bin', 'prterun')) && /libmpi\.so\.40$/.test(path);
  if (moved) process.env['OPAL_PREFIX'] = prefix;
}

/**
 * UCX, which MPICH and others load, hooks `mmap` and `munmap`. By default it writes jumps into their machine code, and a
 * thread of the garbage collector that runs it at this moment crashes. Its hooks through relocation tables (`reloc`)
 * never come back from `MPI_Init` in a process of Node.
 */
function keepCodeWhole(): void {
  process.env['UCX_MEM_MMAP_HOOK_MODE'] ??= 'none';
}

function attempt<Result>(call: () => Result): Result | undefined {
  try {
    return call();
  } catch {
    return undefined;
  }
}
