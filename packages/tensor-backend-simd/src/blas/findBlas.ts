import { existsSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { checkProduct } from './checkProduct';
import type { Blas, BlasSource } from './loadBlas';
import { loadBlas } from './loadBlas';
import { placesHere } from './places';
import { processorHere, type Processor } from './processor';
import { missingEnd } from './truncatedElf';

/** The libraries from the fastest to the slowest, as measured on processors of a maker. */
const order = {
  intel: ['mkl', 'openblas', 'blis', 'onednn', 'accelerate'],
  amd: ['openblas', 'onednn', 'blis', 'mkl'],
  other: ['openblas', 'blis', 'mkl', 'onednn', 'accelerate'],
} as const satisfies Record<Processor['maker'], readonly string[]>;

const names: readonly string[] = order.intel;

/** The outcome of looking for a BLAS: the one found, or why there is none. */
export interface BlasSearch {
  readonly blas: (BlasSource & { readonly description: string }) | null;
  /** Why `blas` is null; empty otherwise. */
  readonly reason: string;
}

/** Which library is looked for. */
export interface BlasWish {
  /** A name (`mkl`), a path, a name for the dynamic loader, or `none` for no BLAS: nothing else will do. */
  readonly wanted?: string | undefined;
  /** The description of the library that a run computed with, null for none: taken where it is here. */
  readonly before?: string | null | undefined;
}

/**
 * Looks for a library of matrix products: MKL, OpenBLAS, BLIS, oneDNN or Accelerate in their usual places and in
 * Python's environments. The first one in the order that was measured on processors of this maker is taken: the same
 * on each start, as a timing would not be. A library whose file is cut short, or whose product of known numbers is
 * wrong, is refused.
 */
export function findBlas(
  memory: WebAssembly.Memory,
  { wanted, before }: BlasWish = {},
  processor = processorHere(),
): BlasSearch {
  if (wanted === 'none') return { blas: null, reason: 'BNRNN_BLAS=none' };
  if (wanted !== undefined && wanted !== '') return firstGood(memory, sourcesOf(wanted, processor));
  if (before === null) return { blas: null, reason: 'the run computed without one' };
  const all = byPreference(placesHere(), processor);
  if (before !== undefined) {
    const same = firstGood(memory, all, (description) => description === before);
    if (same.blas !== null) return same;
  }
  return firstGood(memory, all);
}

/** The sources in the order of a processor's maker; those of one name stay as they were. */
export function byPreference(sources: readonly BlasSource[], { maker }: Processor): BlasSource[] {
  const preferred: readonly string[] = order[maker];
  const rank = ({ name }: BlasSource): number =>
    preferred.includes(name) ? preferred.indexOf(name) : preferred.length;
  return [...sources].sort((a, b) => rank(a) - rank(b));
}

function sourcesOf(wanted: string, processor: Processor): readonly BlasSource[] {
  if (!names.includes(wanted)) return [{ name: nameIn(wanted), path: wanted }];
  const found = byPreference(placesHere(), processor).filter(({ name }) => name === wanted);
  return found.length > 0 ? found : [{ name: wanted, path: `lib${wanted}.so` }];
}

function firstGood(
  memory: WebAssembly.Memory,
  sources: readonly BlasSource[],
  isRight: (description: string) => boolean = () => true,
): BlasSearch {
  const reasons: string[] = [];
  for (const source of sources) {
    if (isAbsolute(source.path) && !existsSync(source.path)) {
      reasons.push(`${source.path}: does not exist`);
      continue;
    }
    try {
      const { description } = checked(source, memory);
      if (isRight(description)) return { blas: { ...source, description }, reason: '' };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      reasons.push(`${source.path}: ${message.split('\n', 1).join()}`);
    }
  }
  return { blas: null, reason: reasons[0] ?? `no BLAS is known for ${process.platform}` };
}

/** Opens a library that computes rightly. @throws Error saying what is wrong with it. */
function checked(source: BlasSource, memory: WebAssembly.Memory): Pick<Blas, 'description'> {
  if (process.platform === 'win32' && !isAbsolute(source.path)) {
    throw new Error('it is no whole path, and Windows would look in the working directory too');
  }
  const lack = process.platform === 'linux' ? missingEnd(source.path) : undefined;
  if (lack !== undefined) throw new Error(`it is cut short: ${lack}`);
  const numbers = new Float32Array(16_384);
  const wrong = checkProduct(loadBlas(source, numbers).product, numbers);
  if (wrong !== undefined) throw new Error(wrong);
  return loadBlas(source, memory);
}

function nameIn(path: string): string {
  return names.find((name) => path.toLowerCase().includes(name)) ?? 'blas';
}
