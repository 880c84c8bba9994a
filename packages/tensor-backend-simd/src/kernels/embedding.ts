import { embeddingOp } from '@bnrnn/tensor-backend';
import { opKernel } from './kernel';

/** Rows of a table by number; the gradient is stored as the rows that were looked up, each number's summed. */
export const embedding = opKernel(embeddingOp, {
  run(backend, { inputs: { table, ids } }) {
    const [count] = ids.shape;
    const [, width] = table.shape;
    const rows = backend.allocate([count, width]);
    backend.pool.run('embedding', { count, width, ...backend.offsets({ table, ids, rows }) });
    return { rows };
  },
  saves: ['table', 'ids'],
  gradient(backend, { dys: { rows: dy }, saved: { table, ids } }) {
    const [, width] = table.shape;
    const { slots, distinct } = slotsOf(backend.view(ids) as Int32Array);
    const where = backend.makeTensorInfo([slots.length], 'int32', slots);
    const rows = {
      ids: backend.makeTensorInfo([distinct.length], 'int32', distinct),
      values: backend.allocate([distinct.length, width]),
    };
    backend.pool.run('sumByRow', {
      ...{ count: slots.length, width, rowCount: distinct.length },
      ...backend.offsets({ slots: where, dy, rows: rows.values }),
    });
    backend.disposeData(where.dataId);
    return { table: backend.makeFromRows(table.shape, rows) };
  },
});

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
