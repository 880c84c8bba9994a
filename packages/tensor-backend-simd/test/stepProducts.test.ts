import { expectClose, filled } from '@bnrnn/test-utils';
import { describe, expect, test } from 'vitest';
import { makeProducts } from '../src/node/makeProducts';
import { openKernels } from './openKernels';

/** m, n, k: rows of A, columns and rows of each op(B); small, odd, and large enough to be copied. */
const sizes = [
  [3, 5, 7],
  [20, 100, 200],
  [24, 37, 1000],
  [32, 325, 650],
] as const;

/** What lies between two products of one step. */
const gap = 3;

describe.each(['none', 'openblas', 'onednn', 'mkl'])(
  'the products of a scan’s step: %s',
  (library) => {
    const { memory, blas, kernels, heap, float32 } = openKernels(library);
    const isHere = library === 'none' || blas !== null;
    const title = isHere ? '' : ` (needs ${library})`;

    test.skipIf(!isHere)(`three blocks, each where it belongs${title}`, () => {
      const { stepProduct } = makeProducts(
        { memory, blas, part: 0, precision: 'float32' },
        kernels,
      );
      for (const [m, n, k] of sizes) {
        for (const transposeB of [false, true]) {
          for (const accumulate of [false, true]) {
            const label = `${m} x ${n} x ${k}${transposeB ? ', Bᵀ' : ''}${accumulate ? ', +' : ''}`;
            // The blocks of B lie side by side, as the gates of the recurrent weights do.
            const ldb = transposeB ? k + 1 : 3 * n;
            const a = filled([2, m, k], 1).data;
            const b = filled([3, n * (k + 1)], 2).data;
            const ldc = 3 * (n + gap);
            const start = filled([m, ldc], 3).data;
            const atA = heap / 4;
            const atB = atA + a.length;
            const atC = atB + b.length;
            const room = Math.ceil((atC + m * ldc) / 4) * 4;
            const [firstB, firstA] = [atB * 4, atA * 4];
            float32.set(a, atA);
            float32.set(b, atB);
            const places = [0, 1, 2].map((block) => (transposeB ? block * n * ldb : block * n));
            const multiply = stepProduct({
              ...{ transposeB, m, n, k, ldb, accumulate, room: room * 4 },
              blocks: places.map((place, block) => ({
                b: firstB + place * 4,
                out: block * (n + gap) * 4,
              })),
            });
            for (const step of [0, 1]) {
              float32.set(start, atC);
              multiply(firstA + step * m * k * 4, k, atC * 4, ldc);
              const wanted = Float64Array.from(start, (value, at) => {
                const [row, column] = [Math.floor(at / ldc), at % ldc];
                const [block, j] = [Math.floor(column / (n + gap)), column % (n + gap)];
                if (j >= n) return value;
                let sum = accumulate ? value : 0;
                for (let p = 0; p < k; p++) {
                  const place = places[block]! + (transposeB ? j * ldb + p : p * ldb + j);
                  sum += a[(step * m + row) * k + p]! * b[place]!;
                }
                return sum;
              });
              const read = float32.slice(atC, atC + m * ldc);
              expectClose(read, wanted, { rtol: 2e-6, label: `${label}, step ${step}` });
            }
            expect(memory.buffer.byteLength, label).toBeGreaterThan((room + 3 * k * (n + 4)) * 4);
          }
        }
      }
    });
  },
);
