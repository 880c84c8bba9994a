import { DataError } from '@bnrnn/core';

/** What a C handle is: a 32-bit integer or as wide as a pointer. */
type HandleType = 'int' | 'uintptr_t';

/** A library that was opened, as far as telling the binary interfaces apart needs it. */
export interface MpiSymbols {
  /** The text of `MPI_Get_library_version`. */
  readonly version: string;
  /** The major number of the standard's binary interface that it speaks; undefined where it speaks another. */
  readonly standardAbi: number | undefined;
  /** The address of a global; undefined where there is none. */
  address(name: string): bigint | undefined;
}

/** The constants of one binary interface: what the library's header defines. */
export interface MpiAbi {
  readonly name: 'MPI standard' | 'MPICH' | 'Open MPI';
  readonly handle: HandleType;
  readonly world: number | bigint;
  readonly float: number | bigint;
  readonly double: number | bigint;
  readonly byte: number | bigint;
  readonly sum: number | bigint;
  readonly errorsReturn: number | bigint;
  readonly inPlace: number | bigint;
  readonly statusIgnore: number;
  readonly threadFunneled: number;
}

/** @see mpi_abi.h of MPICH 5.0.2: the binary interface of MPI 5.0 */
const standard: MpiAbi = {
  name: 'MPI standard',
  handle: 'uintptr_t',
  world: 0x101,
  float: 0x210,
  double: 0x214,
  byte: 0x247,
  sum: 0x21,
  errorsReturn: 0x143,
  inPlace: 1,
  statusIgnore: 0,
  threadFunneled: 1024,
};

/** @see mpi.h of MPICH 4.0.2 and 5.0.2; the MPICH ABI Compatibility Initiative, which Intel MPI follows */
const mpich: MpiAbi = {
  name: 'MPICH',
  handle: 'int',
  world: 0x44000000,
  float: 0x4c00040a,
  double: 0x4c00080b,
  byte: 0x4c00010d,
  sum: 0x58000003,
  errorsReturn: 0x54000001,
  inPlace: 2n ** 64n - 1n,
  statusIgnore: 1,
  threadFunneled: 1,
};

/**
 * The binary interface of an opened library.
 *
 * MPICH 5 has `MPI_Abi_get_version` in its legacy library too, and answers -1 there: only a positive number counts.
 * In Open MPI handles are the addresses of globals.
 *
 * @throws DataError where the library is none of the three.
 * @see mpi.h of Open MPI 4.1.4 and 5.0.11
 */
export function abiOf(symbols: MpiSymbols): MpiAbi {
  const { version, standardAbi } = symbols;
  if (standardAbi !== undefined && standardAbi >= 1) return standard;
  if (/MPICH|Intel\(R\) MPI|MVAPICH/.test(version)) return mpich;
  const global = (name: string): bigint => {
    const found = symbols.address(`ompi_${name}`);
    if (found === undefined) {
      throw new DataError(
        `It says "${version.split('\n', 1).join()}", expected MPICH, Intel MPI, Open MPI or the MPI 5 standard ABI.`,
      );
    }
    return found;
  };
  return {
    name: 'Open MPI',
    handle: 'uintptr_t',
    world: global('mpi_comm_world'),
    float: global('mpi_float'),
    double: global('mpi_double'),
    byte: global('mpi_byte'),
    sum: global('mpi_op_sum'),
    errorsReturn: global('mpi_errors_return'),
    inPlace: 1,
    statusIgnore: 0,
    threadFunneled: 1,
  };
}
