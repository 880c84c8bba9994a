import type { Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import { activeBackend, handOut, optionalOffset, type SimdKernel, underTape } from './kernel';
import { copyOf, finalStep, panelsFor } from './scanShape';

type Inputs = Record<'projected' | 'recurrent' | 'hidden0' | 'recurrentBias' | 'mask', TensorInfo>;

/** The vanilla scan. For its gradient it keeps, with a mask, the carried states. */
export const rnnScan: SimdKernel = {
  name: 'RnnScan',
  run(backend, inputs, attributes) {
    const { projected, recurrent, hidden0, recurrentBias, mask } = inputs as Inputs;
    const [time, batch, units] = projected.shape as [number, number, number];
    const reverse = attributes['reverse'] === true;
    const masked = attributes['hasMask'] === true;
    const hidden = backend.allocate([time, batch, units]);
    const states = masked ? backend.allocate([time, batch, units]) : hidden;
    const products = backend.allocate([batch, units]);
    const panels = panelsFor(backend, { time, batch, units }, 1);
    backend.pool.run('rnnForward', {
      ...{ time, batch, units, reverse: Number(reverse) },
      rectify: Number(attributes['activation'] === 'relu'),
      ...backend.offsets({ projected, recurrent, hidden0, hidden, states, products }),
      bias: optionalOffset(backend, recurrentBias, attributes['hasRecurrentBias']),
      mask: optionalOffset(backend, mask, masked),
      panels: optionalOffset(backend, panels),
    });
    backend.disposeData(products.dataId);
    if (panels) backend.disposeData(panels.dataId);
    const outputs = [hidden, finalStep(backend, states, { time, batch, units }, reverse)];
    const residuals = masked ? [states] : [];
    if (underTape()) backend.keepResiduals(hidden.dataId, residuals);
    else for (const tensor of residuals) backend.disposeData(tensor.dataId);
    return outputs;
  },
  gradient: {
    inputsToSave: ['recurrent', 'hidden0', 'mask'],
    outputsToSave: [true, false],
    gradFunc(dys, saved, attributes) {
      const backend = activeBackend();
      const [dHidden, dFinalHidden] = dys as unknown as [Tensor, Tensor];
      const [recurrent, hidden0, mask, hidden] = saved as [Tensor, Tensor, Tensor, Tensor];
      const [time, batch, units] = hidden.shape as [number, number, number];
      const [states = hidden] = backend.residuals(hidden.dataId) as [TensorInfo?];
      const dHidden0 = copyOf(backend, dFinalHidden);
      const dProjected = backend.allocate([time, batch, units]);
      const dRecurrent = backend.allocate([units, units]);
      const dBias = attributes['hasRecurrentBias'] === true ? backend.allocate([units]) : undefined;
      const panels = panelsFor(backend, { time, batch, units }, 1);
      backend.pool.run('rnnBackward', {
        ...{ time, batch, units, reverse: Number(attributes['reverse']) },
        rectify: Number(attributes['activation'] === 'relu'),
        ...backend.offsets({ recurrent, hidden0, states }),
        ...backend.offsets({ dHidden, dState: dHidden0, dProjected, dRecurrent }),
        mask: optionalOffset(backend, mask, attributes['hasMask']),
        dBias: optionalOffset(backend, dBias),
        panels: optionalOffset(backend, panels),
      });
      if (panels) backend.disposeData(panels.dataId);
      backend.dropResiduals(hidden.dataId);
      return handOut({
        projected: dProjected,
        recurrent: dRecurrent,
        hidden0: dHidden0,
        recurrentBias: dBias,
        mask: undefined,
      });
    },
  },
};
