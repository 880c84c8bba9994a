import { ownRange, type Program, type Thread } from '../threads/thread';
import { unpack } from '../threads/unpack';
import {
  clearGradients,
  finishGradients,
  normalizeStep,
  normalizeStepGradient,
  placementLength,
  readPlacement,
} from './placement';
import { recurrentGradient } from './recurrentGradient';
import { hiddenProducts, stateGradient } from './recurrentProduct';

/** How many arguments come before those of the placements. */
const scanLength = 21;

/** The part of the arguments that both directions share. A thread owns a range of units. */
function readScan(thread: Thread, values: Float64Array) {
  const [gateCount, rectify, time, batch, units, reverse, stored, firstStep, ...offsets] = unpack(
    values,
    scanLength,
  );
  const [recurrent, panels, peepholes, hidden0, cell0, mask, gates, cells, states, ...moments] =
    offsets;
  const [width, mean, variance, counts] = moments;
  const [start, end] = ownRange(thread, units, 4);
  const placement = (index: number, features: number) =>
    readPlacement(values.subarray(scanLength + index * placementLength), features);
  return {
    ...{ gateCount, rectify, time, batch, units, reverse, stored, firstStep, start, end },
    ...{ peepholes, hidden0, cell0, mask, gates, cells, states },
    weights: { batch, units, gates: gateCount, recurrent, panels, start, end },
    ...{ width, mean, variance, counts },
    hiddenToHidden: placement(0, gateCount * units),
    preActivation: placement(1, gateCount * units),
    cell: placement(2, units),
    stateBytes: batch * units * 4,
    gateBytes: batch * gateCount * units * 4,
    /** The time of a step, and of the step before it. */
    at: (step: number) => (reverse !== 0 ? time - 1 - step : step),
    maskAt: (t: number) => mask && mask + t * batch * 4,
    /** What is left of the arguments. */
    rest: values.subarray(scanLength + 3 * placementLength),
  };
}

/**
 * A scan of an LSTM (4 gates), a GRU (3) or a vanilla RNN (1) with normalizers on h·U, on the sum, or on the cell.
 *
 * `gates` [T, B, 4H or 3H] receives the activated gates, or is one step's scratch [B, H] of an RNN; `cells`
 * are a GRU's candidates; the placements' `raw`
 * receives what they normalize, the cell's the tanh of what it gave. Otherwise as `lstmForward`.
 */
export const normalizedScan: Program = (thread, values) => {
  const scan = readScan(thread, values);
  const { gateCount, time, batch, units, start, end, stateBytes, gateBytes } = scan;
  const { peepholes, cells, states, hiddenToHidden, preActivation, cell } = scan;
  const [projected, bias, hidden] = unpack(scan.rest, 3);
  const { kernels } = thread;
  const columns = gateCount * units;
  const size = [batch, units, start, end] as const;
  const multiplyHidden = hiddenProducts(thread, scan.weights);
  let hiddenBefore = scan.hidden0;
  let cellBefore = scan.cell0;
  for (let step = 0; step < time; step++) {
    const t = scan.at(step);
    const mask = scan.maskAt(t);
    const z = gateCount === 1 ? scan.gates : scan.gates + t * gateBytes;
    const product = hiddenToHidden.kind === 'none' ? z : hiddenToHidden.raw + t * gateBytes;
    multiplyHidden(hiddenBefore, product);
    normalizeStep(thread, scan, hiddenToHidden, step, product, z, mask);
    let input = projected + t * gateBytes;
    let inputBias = bias;
    if (preActivation.kind !== 'none') {
      const sum = preActivation.raw + t * gateBytes;
      for (let gate = 0; gate < columns; gate += units) {
        kernels.sumColumns(z, input, bias, mask, sum, batch, columns, gate + start, gate + end);
      }
      normalizeStep(thread, scan, preActivation, step, sum, z, mask);
      input = 0;
      inputBias = 0;
    }
    const [out, state] = [hidden + t * stateBytes, states + t * stateBytes];
    if (gateCount === 4) {
      const cellAt = cells + t * stateBytes;
      kernels.lstmForward(
        ...([input, z, inputBias, peepholes, hiddenBefore, cellBefore, cellAt] as const),
        ...([out, state, mask, ...size] as const),
      );
      if (cell.kind !== 'none') {
        const normalized = cell.raw + t * stateBytes;
        normalizeStep(thread, scan, cell, step, cellAt, normalized, mask);
        kernels.lstmOutput(z, normalized, out, state, mask, ...size);
      }
      cellBefore = cellAt;
    } else if (gateCount === 3) {
      const candidate = cells + t * stateBytes;
      kernels.gruForward(input, z, bias, hiddenBefore, candidate, out, state, mask, ...size);
    } else {
      kernels.rnnForward(
        input,
        inputBias,
        hiddenBefore,
        z,
        out,
        state,
        mask,
        scan.rectify,
        ...size,
      );
    }
    thread.barrier();
    hiddenBefore = state;
  }
};

/**
 * Its gradient, as `lstmBackward`. The gradient of h·U overwrites `raw` of hiddenToHidden; `dCellOut` [B, H]
 * is scratch.
 */
export const normalizedScanGradient: Program = (thread, values) => {
  const scan = readScan(thread, values);
  const { gateCount, time, batch, units, reverse, start, end, stateBytes, gateBytes } = scan;
  const { peepholes, gates, cells, states, hidden0, cell0 } = scan;
  const { hiddenToHidden, preActivation, cell } = scan;
  const [dHidden, dState, dCell, dProjected, dRecurrent, dBias, dPeepholes, dCellOut] = unpack(
    scan.rest,
    8,
  );
  const { kernels, float32 } = thread;
  const columns = gateCount * units;
  const size = [batch, units, start, end] as const;
  const addStateGradient = stateGradient(thread, scan.weights);
  // A GRU's reset gate stands between h·U and the sum: its gates receive the gradient of N(h·U) + b.
  const dTerms = gateCount === 3 ? gates : dProjected;
  const dProducts = hiddenToHidden.kind === 'none' ? dTerms : hiddenToHidden.raw;
  const placements = [hiddenToHidden, preActivation, cell];
  for (const placement of placements) clearGradients(thread, scan, placement);
  for (let place = 0; place < 3 && dPeepholes !== 0; place++) {
    const row = (dPeepholes >>> 2) + place * units;
    float32.fill(0, row + start, row + end);
  }
  for (let step = time - 1; step >= 0; step--) {
    const t = scan.at(step);
    const mask = scan.maskAt(t);
    const dZ = dProjected + t * gateBytes;
    const dOut = dHidden + t * stateBytes;
    if (gateCount === 4) {
      const z = gates + t * gateBytes;
      const cellAt = cells + t * stateBytes;
      const cellBefore = step === 0 ? cell0 : cells + scan.at(step - 1) * stateBytes;
      const hasCell = cell.kind !== 'none';
      if (hasCell) {
        const squashed = cell.raw + t * stateBytes;
        kernels.lstmOutputGradient(z, squashed, dOut, dState, dZ, dCellOut, mask, ...size);
        normalizeStepGradient(thread, scan, cell, step, cellAt, dCellOut, dCellOut, mask);
      }
      kernels.lstmBackward(
        ...([z, peepholes, cellBefore, cellAt, dOut, dState, dCell, dZ] as const),
        ...([hasCell ? dCellOut : 0, mask, ...size] as const),
      );
      if (dPeepholes !== 0) {
        kernels.peepholeGradient(dZ, cellBefore, cellAt, dPeepholes, ...size);
      }
    } else if (gateCount === 3) {
      const before = step === 0 ? hidden0 : states + scan.at(step - 1) * stateBytes;
      const [z, candidate] = [gates + t * gateBytes, cells + t * stateBytes];
      kernels.gruBackward(z, candidate, before, dOut, dState, dZ, mask, ...size);
    } else {
      const state = states + t * stateBytes;
      kernels.rnnBackward(state, dOut, dState, dZ, mask, scan.rectify, ...size);
    }
    const sum = preActivation.raw + t * gateBytes;
    normalizeStepGradient(thread, scan, preActivation, step, sum, dZ, dZ, mask);
    const dProduct = dProducts + t * gateBytes;
    const dTerm = dTerms + t * gateBytes;
    normalizeStepGradient(thread, scan, hiddenToHidden, step, dProduct, dTerm, dProduct, mask);
    thread.barrier();
    addStateGradient(dProduct, dState);
  }
  for (const placement of placements) finishGradients(thread, placement);
  recurrentGradient(thread, {
    ...{ time, batch, units, gates: gateCount, reverse, hidden0, states },
    ...{ dProjected: dProducts, dRecurrent },
  });
  if (dBias === 0) return;
  const [first, last] = ownRange(thread, columns, 4);
  float32.fill(0, (dBias >>> 2) + first, (dBias >>> 2) + last);
  kernels.addRows(dTerms, 0, dBias, time * batch, columns, first, last);
};
