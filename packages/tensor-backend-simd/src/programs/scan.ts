import { program } from '../threads/program';
import {
  clearGradients,
  finishGradients,
  kinds,
  normalizeStep,
  normalizeStepGradient,
  placementNames,
} from './placement';
import { hiddenProducts, ownUnits, stateGradient } from './recurrentProduct';
import { scanSteps } from './scanSteps';
import {
  addStepToBias,
  biasGradient,
  clearBias,
  clearPeepholes,
  recurrentGradient,
} from './weightGradients';

/** What both directions are given of the scan; see `Surroundings` for the moments. */
const scanNames = [
  'gateCount rectify time batch units reverse stored firstStep',
  'recurrent panels peepholes hidden0 cell0 lengths gates cells states',
  'width mean variance',
] as const;

const placements = {
  hiddenToHidden: placementNames,
  preActivation: placementNames,
  cell: placementNames,
} as const;

/**
 * A scan of an LSTM (4 gates), a GRU (3) or a vanilla RNN (1), plain or with normalizers on h·U, on the sum, or
 * on the cell. A thread owns a range of units: it computes their gates, cells and hidden states for all rows,
 * and meets the others once a step, when the whole hidden state is there.
 *
 * Each step's h·U, and what a normalizer makes of it, lies in `sums` [B, gates · H], which stays in the cache. `gates`
 * [T, B, 4H or 3H] receives the activated gates of an LSTM or a GRU; `cells` [T, B, H] an LSTM's cells or a GRU's candidates. `states` is `hidden` without padding; with padding it is an
 * array of its own that holds the carried states. The placements' `raw` receives what they normalize, the
 * cell's the tanh of what it gave. `panels` is room for a copy of the recurrent weights. What there is not is 0.
 */
export const scan = program(
  { scan: [...scanNames, 'projected bias hidden sums'], ...placements },
  (thread, { scan, hiddenToHidden, preActivation, cell }) => {
    const { gateCount, rectify, batch, units, lengths, peepholes, hidden0, cell0 } = scan;
    const { gates, cells, states, projected, bias, hidden, sums: z } = scan;
    const { kernels } = thread;
    const [start, end] = ownUnits(thread, units);
    const columns = gateCount * units;
    const size = [batch, units, start, end] as const;
    const multiplyHidden = hiddenProducts(thread, scan, gateCount);
    for (const step of scanSteps(scan)) {
      const { at, time } = step;
      const hiddenBefore = step.before(states, hidden0);
      const normalizes = hiddenToHidden.kind !== kinds.none;
      const product = normalizes ? hiddenToHidden.raw + at * gateCount : z;
      multiplyHidden(hiddenBefore, product);
      normalizeStep(thread, scan, hiddenToHidden, step, product, z);
      let input = projected + at * gateCount;
      if (preActivation.kind !== kinds.none) {
        const sum = preActivation.raw + at * gateCount;
        for (let gate = 0; gate < columns; gate += units) {
          kernels.sumColumns(
            ...([z, input, lengths, time, sum, batch, columns] as const),
            ...([gate + start, gate + end] as const),
          );
        }
        normalizeStep(thread, scan, preActivation, step, sum, z);
        input = 0;
      }
      const [out, state, ofGates] = [hidden + at, states + at, gates + at * gateCount];
      if (gateCount === 4) {
        const [cellBefore, cellAt] = [step.before(cells, cell0), cells + at];
        kernels.lstmForward(
          ...([input, z, bias, peepholes, hiddenBefore, cellBefore, ofGates, cellAt] as const),
          ...([out, state, lengths, time, ...size] as const),
        );
        if (cell.kind !== kinds.none) {
          const normalized = cell.raw + at;
          normalizeStep(thread, scan, cell, step, cellAt, normalized);
          kernels.lstmOutput(ofGates, normalized, out, state, lengths, time, ...size);
        }
      } else if (gateCount === 3) {
        const candidate = cells + at;
        kernels.gruForward(
          ...([input, z, bias, hiddenBefore, ofGates, candidate, out, state] as const),
          ...([lengths, time, ...size] as const),
        );
      } else {
        kernels.rnnForward(
          ...([input, bias, hiddenBefore, z, out, state, lengths, time, rectify] as const),
          ...size,
        );
      }
      thread.barrier();
    }
  },
);

/**
 * Its gradient. `dState` and `dCell` [B, H] hold the gradients of the final state on entry and of the initial
 * state on return; `dProjected` [T, B, gates · H] (`gates` itself, where the cell is not normalized),
 * `dRecurrent`, `dBias` and `dPeepholes` (0 for none) are written. The gradient of h·U overwrites `raw` of
 * hiddenToHidden, and a GRU's gates; `dCellOut` [B, H] is scratch.
 */
export const scanGradient = program(
  {
    scan: [...scanNames, 'dHidden dState dCell dProjected dRecurrent dBias dPeepholes dCellOut'],
    ...placements,
  },
  (thread, { scan, hiddenToHidden, preActivation, cell }) => {
    const { gateCount, rectify, batch, units, lengths, peepholes, hidden0, cell0 } = scan;
    const { gates, cells, states } = scan;
    const { dHidden, dState, dCell, dProjected, dPeepholes, dCellOut } = scan;
    const { kernels } = thread;
    const [start, end] = ownUnits(thread, units);
    const size = [batch, units, start, end] as const;
    const addStateGradient = stateGradient(thread, scan, gateCount);
    // A GRU's reset gate stands between h·U and the sum: its gates receive the gradient of N(h·U) + b.
    const dTerms = gateCount === 3 ? gates : dProjected;
    const dProducts = hiddenToHidden.kind === kinds.none ? dTerms : hiddenToHidden.raw;
    const all = [hiddenToHidden, preActivation, cell];
    // The bias is added outside of a normalized sum: its gradient is that of the sum's outcome.
    const biasIsOutside = preActivation.kind !== kinds.none;
    if (biasIsOutside) clearBias(thread, scan, gateCount);
    for (const placement of all) clearGradients(thread, units, placement);
    clearPeepholes(thread, scan);
    for (const step of scanSteps(scan).reverse()) {
      const { at, time } = step;
      const dZ = dProjected + at * gateCount;
      const dOut = dHidden + at;
      if (gateCount === 4) {
        const z = gates + at * 4;
        const [cellBefore, cellAt] = [step.before(cells, cell0), cells + at];
        const hasCell = cell.kind !== kinds.none;
        if (hasCell) {
          const squashed = cell.raw + at;
          kernels.lstmOutputGradient(
            ...([z, squashed, dOut, dState, dZ, dCellOut, lengths, time, ...size] as const),
          );
          normalizeStepGradient(thread, scan, cell, step, cellAt, dCellOut, dCellOut);
        }
        kernels.lstmBackward(
          ...([z, peepholes, cellBefore, cellAt, dOut, dState, dCell, dZ] as const),
          ...([hasCell ? dCellOut : 0, lengths, time, ...size] as const),
        );
        if (dPeepholes !== 0) {
          kernels.peepholeGradient(dZ, cellBefore, cellAt, dPeepholes, ...size);
        }
      } else if (gateCount === 3) {
        const before = step.before(states, hidden0);
        kernels.gruBackward(
          ...([gates + at * 3, cells + at, before, dOut, dState, dZ, lengths, time] as const),
          ...size,
        );
      } else {
        kernels.rnnBackward(states + at, dOut, dState, dZ, lengths, time, rectify, ...size);
      }
      if (biasIsOutside) addStepToBias(thread, scan, gateCount, dZ);
      const sum = preActivation.raw + at * gateCount;
      normalizeStepGradient(thread, scan, preActivation, step, sum, dZ, dZ);
      const dProduct = dProducts + at * gateCount;
      const dTerm = dTerms + at * gateCount;
      normalizeStepGradient(thread, scan, hiddenToHidden, step, dProduct, dTerm, dProduct);
      thread.barrier();
      addStateGradient(dProduct, dState);
    }
    for (const placement of all) finishGradients(thread, placement);
    recurrentGradient(thread, scan, gateCount, dProducts);
    if (!biasIsOutside) biasGradient(thread, scan, gateCount, dTerms);
  },
);
