import type { Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import {
  activeBackend,
  free,
  handOut,
  optionalOffset,
  uploadLengths,
  type SimdKernel,
  underTape,
} from './kernel';
import { copyOf, finalStep, panelsFor } from './scanShape';

type Inputs = Record<'projected' | 'recurrent' | 'hidden0' | 'recurrentBias', TensorInfo>;

/** The vanilla scan. For its gradient it keeps, with padding, the carried states. */
export const rnnScan: SimdKernel = {
  name: 'RnnScan',
  run(backend, inputs, attributes) {
    const { projected, recurrent, hidden0, recurrentBias } = inputs as Inputs;
    const [time, batch, units] = projected.shape as [number, number, number];
    const reverse = attributes['reverse'] === true;
    const lengths = uploadLengths(backend, attributes);
    const hidden = backend.allocate([time, batch, units]);
    const states = lengths ? backend.allocate([time, batch, units]) : hidden;
    const products = backend.allocate([batch, units]);
    const panels = panelsFor(backend, { time, batch, units }, 1);
    backend.pool.run('rnnForward', {
      ...{ time, batch, units, reverse: Number(reverse) },
      rectify: Number(attributes['activation'] === 'relu'),
      ...backend.offsets({ projected, recurrent, hidden0, hidden, states, products }),
      bias: optionalOffset(backend, recurrentBias, attributes['hasRecurrentBias']),
      lengths: optionalOffset(backend, lengths),
      panels: optionalOffset(backend, panels),
    });
    free(backend, products, panels, lengths);
    const outputs = [hidden, finalStep(backend, states, { time, batch, units }, reverse)];
    const residuals = lengths ? [states] : [];
    if (underTape()) backend.keepResiduals(hidden.dataId, residuals);
    else for (const tensor of residuals) backend.disposeData(tensor.dataId);
    return outputs;
  },
  gradient: {
    inputsToSave: ['recurrent', 'hidden0'],
    outputsToSave: [true, false],
    gradFunc(dys, saved, attributes) {
      const backend = activeBackend();
      const [dHidden, dFinalHidden] = dys as unknown as [Tensor, Tensor];
      const [recurrent, hidden0, hidden] = saved as [Tensor, Tensor, Tensor];
      const lengths = uploadLengths(backend, attributes);
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
        lengths: optionalOffset(backend, lengths),
        dBias: optionalOffset(backend, dBias),
        panels: optionalOffset(backend, panels),
      });
      free(backend, panels, lengths);
      backend.dropResiduals(hidden.dataId);
      return handOut({
        projected: dProjected,
        recurrent: dRecurrent,
        hidden0: dHidden0,
        recurrentBias: dBias,
      });
    },
  },
};
