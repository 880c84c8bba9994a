import { scanOp } from '@bnrnn/tensor-backend';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { linear, run } from '../gpu/program';
import { copyOf } from './copy';
import { opKernel, uploadLengths } from './kernel';
import { multiply, rowsOf, transposed } from './multiply';
import { backward, peepholeSums } from './scanBackward';
import { copies, finals, forward, place } from './scanForward';
import { stepsOf } from './scanSteps';
import { sumRows } from './sumRows';

/** Gradients that a scan without normalizers has none of. */
const noPlacements = {
  hiddenToHiddenGain: undefined,
  hiddenToHiddenShift: undefined,
  preActivationGain: undefined,
  preActivationShift: undefined,
  cellGain: undefined,
  cellShift: undefined,
};

/** An LSTM over all steps: one dispatch a step, product and gates together; forward and backward. */
export const scan = opKernel(scanOp, {
  supports: ({ inputs, attributes: { cell, normalize } }) =>
    cell === 'lstm' && inputs.cell0 !== undefined && Object.keys(normalize).length === 0,
  run(backend, { inputs, attributes: { lengths: real, reverse } }) {
    const { projected, recurrent, recurrentBias, peepholes, hidden0, cell0 } = inputs;
    const none = () => backend.makeTensorInfo([0, 0], 'float32', new Float32Array(0));
    const [time, batch] = projected.shape;
    const [units] = recurrent.shape;
    const sizes = { time, batch, units, reverse };
    const states = backend.allocate([2, time + 1, batch, units]);
    const gates = backend.allocate([time, batch, 4 * units]);
    const hidden = backend.allocate([time, batch, units]);
    const finalHidden = backend.allocate([batch, units]);
    const finalCell = backend.allocate([batch, units]);
    const lengths = uploadLengths(backend, real);
    run(backend, place, {
      reads: { hidden0, cell0 },
      writes: { states },
      ...copies(sizes, reverse ? time : 0),
    });
    run(backend, forward, {
      reads: { projected, recurrent, bias: recurrentBias, peepholes, lengths },
      writes: { states, gates, hidden },
      steps: stepsOf(sizes).map((step) => ({
        ...{ time, batch, units, ...step, last: time },
        hasBias: Number(recurrentBias !== undefined),
        hasPeepholes: Number(peepholes !== undefined),
        hasLengths: Number(lengths !== undefined),
      })),
      groups: [Math.ceil(units / 16), Math.ceil(batch / 16)],
    });
    run(backend, finals, {
      reads: { states },
      writes: { finalHidden, finalCell },
      ...copies(sizes, reverse ? 0 : time),
    });
    backend.free(lengths);
    backend.keepResiduals(hidden, [gates, states]);
    return { hidden, finalHidden, finalCell, mean: none(), variance: none() };
  },
  saves: ['recurrent', 'peepholes', 'hidden'],
  gradient(backend, { dys, saved, attributes: { lengths: real, reverse }, given }) {
    const { recurrent, peepholes, hidden } = saved;
    const [time, batch, units] = hidden.shape;
    const [gates, states] = backend.takeResiduals(hidden) as [TensorInfo, TensorInfo];
    const dState = copyOf(backend, dys.finalHidden);
    const dCell = copyOf(backend, dys.finalCell);
    const lengths = uploadLengths(backend, real);
    const order = stepsOf({ time, batch, units, reverse }).reverse();
    const none = { step: time, before: 0, after: 0 };
    run(backend, backward, {
      reads: { recurrent, states, peepholes, lengths, dHidden: dys.hidden },
      writes: { gates, dState, dCell },
      steps: [...order, none].map((step, i) => ({
        ...{ time, batch, units, ...step },
        last: order[i - 1]?.step ?? time,
        hasBias: 0,
        hasPeepholes: Number(peepholes !== undefined),
        hasLengths: Number(lengths !== undefined),
      })),
      groups: [Math.ceil(units / 16), Math.ceil(batch / 16)],
    });
    const rows = time * batch;
    const count = batch * units;
    const before = reverse ? count : 0;
    const dRecurrent = backend.allocate([units, 4 * units]);
    multiply(
      backend,
      { rows: units, inner: rows, columns: 4 * units },
      transposed(rowsOf(states, units, before)),
      rowsOf(gates, 4 * units),
      { tensor: dRecurrent },
    );
    const dBias = given.recurrentBias ? sumRows(backend, gates, rows, 4 * units) : undefined;
    let dPeepholes: TensorInfo | undefined;
    if (peepholes !== undefined) {
      dPeepholes = backend.allocate([3, units]);
      const cells = (time + 1) * count;
      run(backend, peepholeSums, {
        reads: { dGates: gates, states },
        writes: { dPeepholes },
        steps: [{ rows, units, before: cells + before, after: cells + count - before }],
        groups: linear(units),
      });
    }
    backend.free(lengths, states);
    return {
      ...{ projected: gates, recurrent: dRecurrent, recurrentBias: dBias },
      ...{ hidden0: dState, cell0: dCell, peepholes: dPeepholes, ...noPlacements },
    };
  },
});
