import type { Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import { activeBackend, handOut, optionalOffset, type SimdKernel, underTape } from './kernel';
import { copyOf, finalStep } from './scanShape';

type Inputs = Record<
  'projected' | 'recurrent' | 'hidden0' | 'cell0' | 'recurrentBias' | 'peepholes' | 'mask',
  TensorInfo
>;

/** The LSTM scan. For its gradient it keeps the activated gates, the cells and, with a mask, the states. */
export const lstmScan: SimdKernel = {
  name: 'LstmScan',
  run(backend, inputs, attributes) {
    const { projected, recurrent, hidden0, cell0, recurrentBias, peepholes, mask } =
      inputs as Inputs;
    const [time, batch] = projected.shape as [number, number, number];
    const units = recurrent.shape[0] as number;
    const shape = { time, batch, units };
    const reverse = attributes['reverse'] === true;
    const masked = attributes['hasMask'] === true;
    const gates = backend.allocate([time, batch, 4 * units]);
    const cells = backend.allocate([time, batch, units]);
    const hidden = backend.allocate([time, batch, units]);
    const states = masked ? backend.allocate([time, batch, units]) : hidden;
    backend.pool.run('lstmForward', [
      time,
      batch,
      units,
      Number(reverse),
      backend.offset(projected),
      backend.offset(recurrent),
      optionalOffset(backend, recurrentBias, attributes['hasRecurrentBias']),
      optionalOffset(backend, peepholes, attributes['hasPeepholes']),
      backend.offset(hidden0),
      backend.offset(cell0),
      optionalOffset(backend, mask, masked),
      backend.offset(gates),
      backend.offset(cells),
      backend.offset(hidden),
      backend.offset(states),
    ]);
    const outputs = [
      hidden,
      finalStep(backend, states, shape, reverse),
      finalStep(backend, cells, shape, reverse),
    ];
    const residuals = masked ? [gates, cells, states] : [gates, cells];
    if (underTape()) backend.keepResiduals(hidden.dataId, residuals);
    else for (const tensor of residuals) backend.disposeData(tensor.dataId);
    return outputs;
  },
  gradient: {
    inputsToSave: ['recurrent', 'hidden0', 'cell0', 'mask', 'peepholes'],
    outputsToSave: [true, false, false],
    gradFunc(dys, saved, attributes) {
      const backend = activeBackend();
      const [dHidden, dFinalHidden, dFinalCell] = dys as unknown as [Tensor, Tensor, Tensor];
      const [recurrent, hidden0, cell0, mask, peepholes, hidden] = saved as [
        Tensor,
        Tensor,
        Tensor,
        Tensor,
        Tensor,
        Tensor,
      ];
      const [time, batch, units] = hidden.shape as [number, number, number];
      const [gates, cells, states = hidden] = backend.residuals(hidden.dataId) as [
        TensorInfo,
        TensorInfo,
        TensorInfo?,
      ];
      const dHidden0 = copyOf(backend, dFinalHidden);
      const dCell0 = copyOf(backend, dFinalCell);
      const dProjected = gates; // overwritten: each step reads its gates last
      const dRecurrent = backend.allocate([units, 4 * units]);
      const has = (key: string, shape: number[]) =>
        attributes[key] === true ? backend.allocate(shape) : undefined;
      const dBias = has('hasRecurrentBias', [4 * units]);
      const dPeepholes = has('hasPeepholes', [3, units]);
      backend.pool.run('lstmBackward', [
        time,
        batch,
        units,
        Number(attributes['reverse']),
        backend.offset(recurrent),
        optionalOffset(backend, peepholes, attributes['hasPeepholes']),
        backend.offset(hidden0),
        backend.offset(cell0),
        optionalOffset(backend, mask, attributes['hasMask']),
        backend.offset(gates),
        backend.offset(cells),
        backend.offset(states),
        backend.offset(dHidden),
        backend.offset(dHidden0),
        backend.offset(dCell0),
        backend.offset(dProjected),
        backend.offset(dRecurrent),
        optionalOffset(backend, dBias),
        optionalOffset(backend, dPeepholes),
      ]);
      backend.releaseResiduals(hidden.dataId);
      backend.disposeData(cells.dataId);
      if (states !== hidden) backend.disposeData(states.dataId);
      return handOut({
        projected: dProjected,
        recurrent: dRecurrent,
        hidden0: dHidden0,
        cell0: dCell0,
        recurrentBias: dBias,
        peepholes: dPeepholes,
        mask: undefined,
      });
    },
  },
};
