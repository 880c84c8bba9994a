import { embeddingOp } from '@bnrnn/tensor-backend';
import { defineProgram, element, linear, run } from '../gpu/program';
import { opKernel } from './kernel';

const lookUp = defineProgram({
  name: 'embedding',
  params: { count: 'u32', width: 'u32' },
  reads: { table: 'f32', ids: 'i32' },
  writes: { rows: 'f32' },
  workgroup: [256],
  main: `${element}
  if (i < p.count) { rows[i] = table[u32(ids[i / p.width]) * p.width + i % p.width]; }`,
});

const clear = defineProgram({
  name: 'clear',
  params: { count: 'u32' },
  reads: {},
  writes: { x: 'f32' },
  workgroup: [256],
  main: `${element}
  if (i < p.count) { x[i] = 0.0; }`,
});

/** One position a workgroup; the first position of an id sums the rows of all of them, in their order. */
const sumById = defineProgram({
  name: 'embeddingGradient',
  params: { count: 'u32', width: 'u32' },
  reads: { ids: 'i32', dy: 'f32' },
  writes: { dTable: 'f32' },
  workgroup: [256],
  declarations: 'var<workgroup> isLater: atomic<u32>;',
  main: `
  let position = group.y * groups.x + group.x;
  if (position >= p.count) { return; }
  let id = ids[position];
  for (var k = lane; k < position; k += 256u) {
    if (ids[k] == id) { atomicStore(&isLater, 1u); }
  }
  if (workgroupUniformLoad(&isLater) == 1u) { return; }
  for (var f = lane; f < p.width; f += 256u) {
    var sum = 0.0;
    for (var k = position; k < p.count; k++) {
      if (ids[k] == id) { sum += dy[k * p.width + f]; }
    }
    dTable[u32(id) * p.width + f] = sum;
  }`,
});

/** Rows of a table by number; the gradient adds in the order of the positions, so that it repeats to the bit. */
export const embedding = opKernel(embeddingOp, {
  run(backend, { inputs: { table, ids } }) {
    const [, width] = table.shape;
    const rows = backend.allocate([ids.shape[0], width]);
    const count = ids.shape[0] * width;
    run(backend, lookUp, {
      reads: { table, ids },
      writes: { rows },
      steps: [{ count, width }],
      groups: linear(count),
    });
    return { rows };
  },
  saves: ['table', 'ids'],
  gradient(backend, { dys: { rows: dy }, saved: { table, ids } }) {
    const [types, width] = table.shape;
    const dTable = backend.allocate(table.shape);
    const size = types * width;
    run(backend, clear, {
      reads: {},
      writes: { x: dTable },
      steps: [{ count: size }],
      groups: linear(size),
    });
    const [count] = ids.shape;
    run(backend, sumById, {
      reads: { ids, dy },
      writes: { dTable },
      steps: [{ count, width }],
      groups: linear(count * 256),
    });
    return { table: dTable };
  },
});
