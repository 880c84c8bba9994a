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

/** The GRU scan. For its gradient it keeps gates, the candidates' recurrent terms and, with padding, the states. */
export const gruScan: SimdKernel = {
  name: 'GruScan',
  run(backend, inputs, attributes) {
    const { projected, recurrent, hidden0, recurrentBias } = inputs as Inputs;
    const [time, batch] = projected.shape as [number, number];
    const units = recurrent.shape[0] as number;
    const reverse = attributes['reverse'] === true;
    const lengths = uploadLengths(backend, attributes);
    const hidden = backend.allocate([time, batch, units]);
    const states = lengths ? backend.allocate([time, batch, units]) : hidden;
    const gates = backend.allocate([time, batch, 3 * units]);
    const candidates = backend.allocate([time, batch, units]);
    const panels = panelsFor(backend, { time, batch, units }, 3);
    backend.pool.run('gruForward', {
      ...{ time, batch, units, reverse: Number(reverse) },
      ...backend.offsets({ projected, recurrent, hidden0, gates, candidates, hidden, states }),
      bias: optionalOffset(backend, recurrentBias, attributes['hasRecurrentBias']),
      lengths: optionalOffset(backend, lengths),
      panels: optionalOffset(backend, panels),
    });
    free(backend, panels, lengths);
    const outputs = [hidden, finalStep(backend, states, { time, batch, units }, reverse)];
    const residuals = [gates, candidates, ...(lengths ? [states] : [])];
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
      const [gates, candidates, states = hidden] = backend.residuals(hidden.dataId) as [
        ...[TensorInfo, TensorInfo],
        TensorInfo?,
      ];
      const dHidden0 = copyOf(backend, dFinalHidden);
      const dProjected = backend.allocate([time, batch, 3 * units]);
      const dRecurrent = backend.allocate([units, 3 * units]);
      const hasBias = attributes['hasRecurrentBias'] === true;
      const dBias = hasBias ? backend.allocate([3 * units]) : undefined;
      const panels = panelsFor(backend, { time, batch, units }, 3);
      backend.pool.run('gruBackward', {
        ...{ time, batch, units, reverse: Number(attributes['reverse']) },
        ...backend.offsets({ recurrent, hidden0, gates, candidates, states }),
        ...backend.offsets({ dHidden, dState: dHidden0, dProjected, dRecurrent }),
        lengths: optionalOffset(backend, lengths),
        dBias: optionalOffset(backend, dBias),
        panels: optionalOffset(backend, panels),
      });
      free(backend, panels, lengths);
      backend.dropResiduals(hidden.dataId);
      return handOut({
        ...{ projected: dProjected, recurrent: dRecurrent, hidden0: dHidden0 },
        ...{ recurrentBias: dBias },
      });
    },
  },
};
