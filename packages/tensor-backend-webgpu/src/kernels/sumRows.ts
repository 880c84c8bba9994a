import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { GpuBackend } from '../gpu/gpuBackend';
import { defineProgram, run } from '../gpu/program';

/** Sums over rows: 16 columns a workgroup, 16 invocations a column. */
const program = defineProgram({
  name: 'sumRows',
  params: { start: 'u32', rows: 'u32', columns: 'u32', adds: 'u32' },
  reads: { x: 'f32' },
  writes: { total: 'f32' },
  workgroup: [16, 16],
  declarations: 'var<workgroup> parts: array<array<f32, 16>, 16>;',
  main: `
  let column = group.x * 16u + local.x;
  var sum = 0.0;
  if (column < p.columns) {
    for (var row = local.y; row < p.rows; row += 16u) { sum += x[p.start + row * p.columns + column]; }
  }
  parts[local.y][local.x] = sum;
  workgroupBarrier();
  if (local.y > 0u || column >= p.columns) { return; }
  for (var k = 1u; k < 16u; k++) { sum += parts[k][local.x]; }
  if (p.adds == 1u) { sum += total[column]; }
  total[column] = sum;`,
});

interface SumOptions {
  /** Where the first row begins in x, in elements. */
  readonly start?: number;
  readonly into?: TensorInfo;
  readonly adds?: boolean;
}

/** Σ over the rows of x [rows, columns]: [columns], in a new tensor, in the one given, or added to it. */
export function sumRows(
  backend: GpuBackend,
  x: TensorInfo,
  rows: number,
  columns: number,
  { start = 0, into, adds = false }: SumOptions = {},
): TensorInfo {
  const total = into ?? backend.allocate([columns]);
  run(backend, program, {
    reads: { x },
    writes: { total },
    steps: [{ start, rows, columns, adds: Number(adds) }],
    groups: [Math.ceil(columns / 16)],
  });
  return total;
}
