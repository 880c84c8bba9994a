import { program } from '../threads/program';
import { hiddenProducts, ownUnits, stateGradient } from './recurrentProduct';
import { scanSteps } from './scanSteps';
import { biasGradient, clearPeepholes, recurrentGradient } from './weightGradients';

/**
 * The LSTM scan. A thread owns a range of units: it computes their gates, cells and hidden states for all
 * rows, and meets the others once a step, when the whole hidden state is there.
 *
 * `gates` [T, B, 4H] receives the activated gates and `cells` [T, B, H] the cells for the gradient. `states`
 * is `hidden` without padding; with padding it is an array of its own that holds the carried states. `panels` is
 * room for a copy of the recurrent weights. `bias`, `peepholes`, `lengths` and `panels` are 0 for none.
 */
export const lstmForward = program(
  [
    'time batch units reverse',
    'projected recurrent bias peepholes hidden0 cell0 lengths',
    'gates cells hidden states panels',
  ],
  (thread, scan) => {
    const { batch, units, lengths, projected, bias, peepholes, hidden0, cell0 } = scan;
    const { gates, cells, hidden, states } = scan;
    const [start, end] = ownUnits(thread, units);
    const multiplyHidden = hiddenProducts(thread, scan, 4);
    for (const { at, time, before } of scanSteps(scan)) {
      const hiddenBefore = before(states, hidden0);
      const cellBefore = before(cells, cell0);
      const z = gates + at * 4;
      multiplyHidden(hiddenBefore, z);
      thread.kernels.lstmForward(
        ...([projected + at * 4, z, bias, peepholes, hiddenBefore, cellBefore] as const),
        ...([
          cells + at,
          hidden + at,
          states + at,
          lengths,
          time,
          batch,
          units,
          start,
          end,
        ] as const),
      );
      thread.barrier();
    }
  },
);

/**
 * The gradient of the LSTM scan. `dState` and `dCell` [B, H] hold the gradients of the final state on
 * entry and of the initial state on return; `dProjected` [T, B, 4H], `dRecurrent`, `dBias` and `dPeepholes`
 * (0 for none) are written.
 */
export const lstmBackward = program(
  [
    'time batch units reverse',
    'recurrent peepholes hidden0 cell0 lengths gates cells states',
    'dHidden dState dCell dProjected dRecurrent dBias dPeepholes panels',
  ],
  (thread, scan) => {
    const { batch, units, lengths, peepholes, cell0, gates, cells } = scan;
    const { dHidden, dState, dCell, dProjected, dPeepholes } = scan;
    const { kernels } = thread;
    const [start, end] = ownUnits(thread, units);
    const addStateGradient = stateGradient(thread, scan, 4);
    clearPeepholes(thread, scan);
    for (const { at, time, before } of scanSteps(scan).reverse()) {
      const cellBefore = before(cells, cell0);
      const cell = cells + at;
      const dZ = dProjected + at * 4;
      kernels.lstmBackward(
        ...([
          gates + at * 4,
          peepholes,
          cellBefore,
          cell,
          dHidden + at,
          dState,
          dCell,
          dZ,
        ] as const),
        ...([0, lengths, time, batch, units, start, end] as const),
      );
      if (dPeepholes !== 0) {
        kernels.peepholeGradient(dZ, cellBefore, cell, dPeepholes, batch, units, start, end);
      }
      thread.barrier();
      addStateGradient(dZ, dState);
    }
    recurrentGradient(thread, scan, 4, dProjected);
    biasGradient(thread, scan, 4, dProjected);
  },
);
