import { expect, test } from 'vitest';
import { abiOf } from './abi';

const none = { standardAbi: undefined, address: () => undefined };

test('binary interfaces are told apart by what a library says', () => {
  const mpich = 'MPICH Version:\t4.0.2\nMPICH Release date:\t2022';
  expect(abiOf({ ...none, version: mpich })).toMatchObject({ name: 'MPICH', world: 0x44000000 });
  expect(abiOf({ ...none, version: 'Intel(R) MPI Library 2021.11 for Linux' }).name).toBe('MPICH');
  // MPICH 5's legacy library has the standard's function, which answers -1.
  expect(abiOf({ ...none, version: mpich, standardAbi: -1 }).name).toBe('MPICH');
  expect(abiOf({ ...none, version: mpich, standardAbi: 1 })).toMatchObject({
    name: 'MPI standard',
    world: 0x101,
  });
  const address = (name: string) => BigInt(name.length);
  expect(abiOf({ ...none, version: 'Open MPI v4.1.4', address })).toMatchObject({
    name: 'Open MPI',
    world: 19n,
    float: 14n,
  });
});

test('another library is refused by what it says', () => {
  expect(() => abiOf({ ...none, version: 'LAM/MPI 7\nold' })).toThrow(
    'It says "LAM/MPI 7", expected MPICH, Intel MPI, Open MPI or the MPI 5 standard ABI.',
  );
});
