import { columnsOfRank, type Collective } from '@bnrnn/core';
import type { State } from '@bnrnn/recurrent';
import { slice, tensor } from '@tensorflow/tfjs-core';
import { sumNumbers } from './sumNumbers';

/**
 * The carried state of all ranks' columns, as one process would hold it: new tensors on every rank.
 *
 * @param state  float32 [columns of this rank, units] each.
 */
export function wholeState(collective: Collective, state: State): State {
  const { rank, size } = collective;
  return state.map((own) => {
    const [columns = 0, units = 0] = own.shape;
    const { batch } = sumNumbers(collective, { batch: columns });
    const { first } = columnsOfRank(batch, { rank, size });
    const values = new Float32Array(batch * units);
    values.set(own.dataSync<'float32'>(), first * units);
    collective.sum(values);
    return tensor(values, [batch, units]);
  });
}

/** This rank's columns of a state of all of them; disposes what it is given. */
export function ownState(collective: Collective, state: State): State {
  if (collective.size === 1) return state;
  return state.map((whole) => {
    const { first, count } = columnsOfRank(whole.shape[0], collective);
    const own = slice(whole, [first, 0], [count, -1]);
    whole.dispose();
    return own;
  });
}
