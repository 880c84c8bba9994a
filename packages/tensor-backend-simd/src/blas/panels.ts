import type { Kernels } from '../threads/kernels';
import type { Product, StepOperands, StepProduct } from '../threads/thread';
import type { BlasSource } from './loadBlas';

/** OpenBLAS multiplies without copying its operands first up to this many multiplications: m · n · k. */
const mostWithoutCopies = 1_000_000;

/** Columns of a panel. */
const widest = 64;

/** With more rows, OpenBLAS's own copies cost little. */
const mostRows = 64;

/** From so many steps on, a copy of the recurrent weights pays. */
const fewestSteps = 8;

/** Whether a scan of so many steps and rows through that library takes room for panels. */
export function wantsPanels(
  blas: BlasSource['name'] | undefined,
  { time, batch }: { time: number; batch: number },
): boolean {
  return blas === 'openblas' && time >= fewestSteps && batch <= mostRows;
}

/** A part of op(B) as it lies in `room`: `depth` rows from `from` on, `width` numbers apart. */
interface Panel {
  readonly from: number;
  readonly column: number;
  readonly depth: number;
  readonly columns: number;
  readonly width: number;
  readonly at: number;
}

/**
 * The product of a scan's steps through OpenBLAS: a few rows times weights that stay.
 *
 * OpenBLAS would copy the weights into an order of its own at every call, which for 32 rows costs as much as a third of
 * the product. Here they are copied once, into panels that it multiplies as they lie. Beside pieces of the weights
 * where they are (20 rows, 35 steps, one thread, OpenBLAS 0.3.21, the copy included): 1.9 times the speed forward and
 * 1.4 times backward (B transposed) at 1,500 units, 1.05 to 1.25 and 1.1 at 650, the same at 200.
 */
export function panelProducts(
  product: Product,
  kernels: Pick<Kernels, 'copyPanel'>,
): (operands: StepOperands) => StepProduct {
  return (operands) => {
    const { transposeB, m, n, k, blocks, ldb, accumulate, room } = operands;
    if (room === 0 || m * n * k <= mostWithoutCopies) return wholeProducts(product)(operands);
    const size = k * Math.ceil(n / 4) * 4 * 4;
    const panels = blocks.flatMap(({ b, out }, index) =>
      panelsOf(m, n, k, room + index * size).map((panel) => ({ ...panel, b, out })),
    );
    for (const { b, from, column, depth, columns, at, width } of panels) {
      const source = b + 4 * (transposeB ? column * ldb + from : column + from * ldb);
      kernels.copyPanel(Number(transposeB), source, ldb, depth, columns, at, width);
    }
    return (a, lda, c, ldc, rows = m) => {
      for (const { out, from, column, depth, columns, at, width } of panels) {
        const keep = accumulate || from > 0;
        const [ofA, ofC] = [a + from * 4, c + out + column * 4];
        product(false, false, rows, columns, depth, ofA, lda, at, width, keep, ofC, ldc);
      }
    };
  };
}

/** The products of a scan's steps as one call for each B. */
export function wholeProducts(product: Product): (operands: StepOperands) => StepProduct {
  return ({ transposeB, m, n, k, blocks, ldb, accumulate }) =>
    (a, lda, c, ldc, rows = m) => {
      for (const { b, out } of blocks) {
        product(false, transposeB, rows, n, k, a, lda, b, ldb, accumulate, c + out, ldc);
      }
    };
}

function panelsOf(m: number, n: number, k: number, room: number): Panel[] {
  const deepest = Math.floor(mostWithoutCopies / (m * widest) / 16) * 16;
  const inner = Math.ceil(k / Math.ceil(k / deepest) / 16) * 16;
  const panels: Panel[] = [];
  let at = room;
  for (let from = 0; from < k; from += inner) {
    const depth = Math.min(inner, k - from);
    for (let column = 0; column < n; column += widest) {
      const columns = Math.min(widest, n - column);
      const width = Math.ceil(columns / 4) * 4;
      panels.push({ from, column, depth, columns, width, at });
      at += depth * width * 4;
    }
  }
  return panels;
}
