import type { Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import { activeBackend, handOut, type SimdKernel } from './kernel';

/** Rows of a table by number; the gradient is stored as the rows that were looked up, each number's summed. */
export const embedding: SimdKernel = {
  name: 'Embedding',
  run(backend, inputs) {
    const { table, ids } = inputs as Record<'table' | 'ids', TensorInfo>;
    const count = ids.shape[0] as number;
    const width = table.shape[1] as number;
    const rows = backend.allocate([count, width]);
    backend.pool.run('embedding', { count, width, ...backend.offsets({ table, ids, rows }) });
    return rows;
  },
  gradient: {
    inputsToSave: ['table', 'ids'],
    gradFunc: (dy, saved) => {
      const backend = activeBackend();
      const [table, ids] = saved as [Tensor, Tensor];
      const [types, width] = table.shape as [number, number];
      const { slots, distinct } = slotsOf(backend.view(ids) as Int32Array);
      const where = backend.makeTensorInfo([slots.length], 'int32', slots);
      const rows = {
        ids: backend.makeTensorInfo([distinct.length], 'int32', distinct),
        values: backend.allocate([distinct.length, width]),
      };
      backend.pool.run('sumByRow', {
        ...{ count: slots.length, width, rowCount: distinct.length },
        ...backend.offsets({ slots: where, dy: dy as Tensor, rows: rows.values }),
      });
      backend.disposeData(where.dataId);
      return handOut({ table: backend.makeFromRows([types, width], rows), ids: undefined });
    },
  },
};

/** The distinct ids, and for each id where it stands among them. */
function slotsOf(ids: Int32Array): { slots: Int32Array; distinct: Int32Array } {
  const known = new Map<number, number>();
  const slots = ids.map((id) => {
    const slot = known.get(id) ?? known.size;
    known.set(id, slot);
    return slot;
  });
  return { slots, distinct: Int32Array.from(known.keys()) };
}
