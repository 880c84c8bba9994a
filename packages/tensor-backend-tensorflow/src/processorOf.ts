import { closeSync, openSync, readSync } from 'node:fs';

/** ELF's numbers for the processors that Node names. */
const machines: Readonly<Record<number, string>> = {
  3: 'ia32',
  21: 'ppc64',
  22: 's390x',
  40: 'arm',
  62: 'x64',
  183: 'arm64',
  243: 'riscv64',
};

/** The processor that a Linux library is for, in Node's names; null where the file is none. */
export function processorOf(file: string): string | null {
  const header = Buffer.alloc(20);
  try {
    const descriptor = openSync(file, 'r');
    const length = readSync(descriptor, header, 0, 20, 0);
    closeSync(descriptor);
    if (length < 20 || header.toString('latin1', 0, 4) !== '\x7fELF') return null;
  } catch {
    return null;
  }
  const machine = header.readUInt16LE(18);
  return machines[machine] ?? `processor ${machine}`;
}
