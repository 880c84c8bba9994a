import { describe, expect, test } from 'vitest';
import type { Native } from './native';
import { onednnProduct } from './onednn';

const openmp = 2;
const tbb = 4;

/** A library with these functions, whose version is 3.5.1 with threads of that runtime. */
function library(runtime: number, functions: Record<string, (...values: unknown[]) => unknown>) {
  const all = { dnnl_version: () => 'version', ...functions };
  const native: Native = {
    func: (name) => {
      const found = Object.entries(all).find(([known]) => known === name);
      if (found === undefined) throw new Error(`no ${name}`);
      return found[1];
    },
    base: 1000,
    addressOf: () => 0,
    integersAt: (pointer, count) => {
      expect([pointer, count]).toEqual(['version', 7]);
      return [3, 5, 1, 0, 77, 88, runtime];
    },
  };
  return native;
}

describe('the product through oneDNN', () => {
  test('is none where the library is another one', () => {
    expect(onednnProduct(library(openmp, {}))).toBeUndefined();
  });

  test('runs on one thread, and its library says its version and instructions', () => {
    const threads: unknown[] = [];
    const calls: unknown[][] = [];
    const found = onednnProduct(
      library(openmp, {
        omp_set_num_threads: (count) => threads.push(count),
        dnnl_get_effective_cpu_isa: () => 0xe7,
        dnnl_sgemm: (...values) => (calls.push(values), 0),
      }),
    );
    expect(threads).toEqual([1]);
    expect(found?.description).toBe('oneDNN 3.5.1, instructions 0xe7');
    found?.product(false, true, 2, 3, 4, 16, 5, 32, 6, true, 64, 7);
    const [asIs, transposed] = ['N', 'T'].map((letter) => letter.charCodeAt(0));
    expect(calls).toEqual([[asIs, transposed, 2, 3, 4, 1, 1016, 5, 1032, 6, 1, 1064, 7]]);
  });

  test('is refused where its threads cannot be held to one', () => {
    const own = { dnnl_sgemm: () => 0 };
    expect(() => onednnProduct(library(tbb, own))).toThrow('one with OpenMP is needed');
  });

  test('fails with the status of the library', () => {
    const own = { dnnl_sgemm: () => 3, omp_set_num_threads: () => undefined };
    const found = onednnProduct(library(openmp, own));
    expect(found?.description).toBe('oneDNN 3.5.1');
    expect(() => {
      found?.product(false, false, 1, 1, 1, 0, 1, 0, 1, false, 0, 1);
    }).toThrow('oneDNN: dnnl_sgemm ended with status 3');
  });
});
