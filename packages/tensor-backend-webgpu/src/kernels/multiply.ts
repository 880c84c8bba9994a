import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { GpuBackend } from '../gpu/gpuBackend';
import { defineProgram, run } from '../gpu/program';

/** A matrix in a tensor: where it starts, and how far apart its rows and its columns are, in elements. */
export interface Matrix {
  readonly tensor: TensorInfo;
  readonly start?: number;
  readonly rowStride: number;
  readonly columnStride: number;
}

/** The rows of a tensor as they lie. */
export function rowsOf(tensor: TensorInfo, columns: number, start = 0): Matrix {
  return { tensor, start, rowStride: columns, columnStride: 1 };
}

export function transposed({ tensor, start = 0, rowStride, columnStride }: Matrix): Matrix {
  return { tensor, start, rowStride: columnStride, columnStride: rowStride };
}

/** Tiles of 64 by 64 outputs, 16 deep; each of 256 invocations sums 4 by 4 of them. */
const program = defineProgram({
  name: 'multiply',
  params: {
    rows: 'u32',
    inner: 'u32',
    columns: 'u32',
    aStart: 'u32',
    aRow: 'u32',
    aColumn: 'u32',
    bStart: 'u32',
    bRow: 'u32',
    bColumn: 'u32',
    outStart: 'u32',
    adds: 'u32',
    hasBias: 'u32',
  },
  reads: { a: 'f32', b: 'f32', bias: 'f32' },
  writes: { c: 'f32' },
  workgroup: [256],
  declarations: `
var<workgroup> left: array<array<f32, 65>, 16>;
var<workgroup> right: array<array<f32, 65>, 16>;`,
  main: `
  let row0 = group.y * 64u;
  let column0 = group.x * 64u;
  let x = lane % 16u;
  let y = lane / 16u;
  var sums0 = vec4f(0.0);
  var sums1 = vec4f(0.0);
  var sums2 = vec4f(0.0);
  var sums3 = vec4f(0.0);
  for (var k0 = 0u; k0 < p.inner; k0 += 16u) {
    for (var q = 0u; q < 4u; q++) {
      // Neighbours read along the axis whose elements lie together.
      var r = lane / 16u + 16u * q;
      var k = lane % 16u;
      if (p.aColumn != 1u) { r = lane % 64u; k = lane / 64u + 4u * q; }
      var value = 0.0;
      if (row0 + r < p.rows && k0 + k < p.inner) {
        value = a[p.aStart + (row0 + r) * p.aRow + (k0 + k) * p.aColumn];
      }
      left[k][r] = value;
      var c0 = lane % 64u;
      k = lane / 64u + 4u * q;
      if (p.bColumn != 1u) { c0 = lane / 16u + 16u * q; k = lane % 16u; }
      value = 0.0;
      if (column0 + c0 < p.columns && k0 + k < p.inner) {
        value = b[p.bStart + (k0 + k) * p.bRow + (column0 + c0) * p.bColumn];
      }
      right[k][c0] = value;
    }
    workgroupBarrier();
    for (var k = 0u; k < 16u; k++) {
      let r = vec4f(right[k][x], right[k][x + 16u], right[k][x + 32u], right[k][x + 48u]);
      sums0 += left[k][y] * r;
      sums1 += left[k][y + 16u] * r;
      sums2 += left[k][y + 32u] * r;
      sums3 += left[k][y + 48u] * r;
    }
    workgroupBarrier();
  }
  var sums = array<vec4f, 4>(sums0, sums1, sums2, sums3);
  for (var i = 0u; i < 4u; i++) {
    let row = row0 + y + 16u * i;
    for (var j = 0u; j < 4u; j++) {
      let column = column0 + x + 16u * j;
      if (row < p.rows && column < p.columns) {
        let at = p.outStart + row * p.columns + column;
        var value = sums[i][j];
        if (p.hasBias == 1u) { value += bias[column]; }
        if (p.adds == 1u) { value += c[at]; }
        c[at] = value;
      }
    }
  }`,
});

/** c [rows, columns] = a [rows, inner] · b [inner, columns] + bias, or that added to c. */
export function multiply(
  backend: GpuBackend,
  sizes: { readonly rows: number; readonly inner: number; readonly columns: number },
  a: Matrix,
  b: Matrix,
  c: {
    readonly tensor: TensorInfo;
    readonly start?: number;
    readonly adds?: boolean;
    readonly bias?: TensorInfo;
  },
): void {
  const { rows, columns } = sizes;
  run(backend, program, {
    reads: { a: a.tensor, b: b.tensor, bias: c.bias },
    writes: { c: c.tensor },
    steps: [
      {
        ...sizes,
        aStart: a.start ?? 0,
        aRow: a.rowStride,
        aColumn: a.columnStride,
        bStart: b.start ?? 0,
        bRow: b.rowStride,
        bColumn: b.columnStride,
        outStart: c.start ?? 0,
        adds: Number(c.adds === true),
        hasBias: Number(c.bias !== undefined),
      },
    ],
    groups: [Math.ceil(columns / 64), Math.ceil(rows / 64)],
  });
}
