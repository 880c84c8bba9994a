import type { Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import { activeBackend, handOut, type SimdKernel } from './kernel';

/** Rows of a table by number; the gradient adds up the rows of each number. */
export const embedding: SimdKernel = {
  name: 'Embedding',
  run(backend, inputs) {
    const { table, ids } = inputs as Record<'table' | 'ids', TensorInfo>;
    const count = ids.shape[0] as number;
    const width = table.shape[1] as number;
    const rows = backend.allocate([count, width]);
    backend.pool.run('embedding', [
      count,
      width,
      backend.offset(table),
      backend.offset(ids),
      backend.offset(rows),
    ]);
    return rows;
  },
  gradient: {
    inputsToSave: ['table', 'ids'],
    gradFunc: (dy, saved) => {
      const backend = activeBackend();
      const [table, ids] = saved as [Tensor, Tensor];
      const [types, width] = table.shape as [number, number];
      const dTable = backend.allocate([types, width]);
      backend.pool.run('embeddingGradient', [
        ids.size,
        width,
        types,
        backend.offset(ids),
        backend.offset(dy as Tensor),
        backend.offset(dTable),
      ]);
      return handOut({ table: dTable, ids: undefined });
    },
  },
};
