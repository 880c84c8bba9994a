import { expectIndices, expectShape } from '@bnrnn/core';
import {
  expandDims,
  gather,
  scatterND,
  tensor1d,
  tidy,
  type Tensor,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import { defineOp } from '../dispatch/defineOp';
import { runOp } from '../dispatch/runOp';
import { customOp } from './customOp';

/** See `embedding`. */
export const embeddingOp = defineOp<object>()({
  name: 'embedding',
  inputs: { table: 'vocabulary features', ids: 'rows' },
  optional: {},
  outputs: { rows: 'rows features' },
  constants: ['ids'],
  fallback: ({ table, ids }) => ({
    rows: customOp<Tensor2D>([table], (save) => {
      save([ids]);
      return {
        value: gather(table, ids),
        gradient: (dy, [rows]) => [scatterND(expandDims(rows as Tensor, 1), dy, table.shape)],
      };
    }),
  }),
});

/**
 * Looks up rows of a table.
 *
 *   out[n] = table[ids[n]]     gradient: d table[v] = Σ over ids[n] = v of d out[n]
 *
 * @param options.table  float32 [vocabulary, features].
 * @param options.ids    [rows] whole numbers on the CPU, 0 to vocabulary - 1.
 * @returns float32 [rows, features].
 * @throws ShapeError for a table that is no matrix, or ids that are no list; UsageError for an id outside the table.
 * @see Bengio et al. 2003.
 */
export function embedding(options: { table: Tensor2D; ids: ArrayLike<number> }): Tensor2D {
  const { table } = options;
  expectShape('embedding', 'table', table, { vocabulary: null, features: null });
  expectIndices('embedding', 'ids', options.ids, { size: table.shape[0] });
  return tidy(() => {
    const ids = tensor1d(Int32Array.from(options.ids), 'int32');
    return runOp(embeddingOp, { table, ids }, {}).rows;
  });
}
