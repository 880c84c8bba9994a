import { expectShape } from '@bnrnn/core';
import {
  expandDims,
  gather,
  scatterND,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import { defineOp } from '../dispatch/defineOp';
import { runOp } from '../dispatch/runOp';
import { customOp } from './customOp';
import { expectIndices } from './indices';

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
 * @param options.ids    int32 [rows], 0 to vocabulary - 1.
 * @returns float32 [rows, features].
 * @throws ShapeError when sizes or dtypes disagree; UsageError for an id outside the table.
 * @see Bengio et al. 2003.
 */
export function embedding(options: { table: Tensor2D; ids: Tensor1D }): Tensor2D {
  const { table, ids } = options;
  expectShape('embedding', 'table', table, { vocabulary: null, features: null });
  expectIndices('embedding', 'ids', ids, null, table.shape[0]);
  return runOp(embeddingOp, { table, ids }, {}).rows;
}
