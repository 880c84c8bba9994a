import { rnnScanOp } from '@bnrnn/tensor-backend';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { free, opKernel, underTape, uploadLengths } from './kernel';
import { copyOf, finalStep, panelsFor } from './scanShape';

/** The vanilla scan. For its gradient it keeps, with padding, the carried states. */
export const rnnScan = opKernel(rnnScanOp, {
  run(backend, { inputs, attributes }) {
    const { projected, recurrent, hidden0, recurrentBias: bias } = inputs;
    const { reverse } = attributes;
    const [time, batch, units] = projected.shape;
    const lengths = uploadLengths(backend, attributes.lengths);
    const hidden = backend.allocate([time, batch, units]);
    const states = lengths ? backend.allocate([time, batch, units]) : hidden;
    const products = backend.allocate([batch, units]);
    const panels = panelsFor(backend, { time, batch, units }, 1);
    backend.pool.run('rnnForward', {
      ...{ time, batch, units, reverse: Number(reverse) },
      rectify: Number(attributes.activation === 'relu'),
      ...backend.offsets({ projected, recurrent, hidden0, hidden, states, products }),
      ...backend.offsets({ bias, lengths, panels }),
    });
    free(backend, products, panels, lengths);
    const finalHidden = finalStep(backend, states, { time, batch, units }, reverse);
    const residuals = lengths ? [states] : [];
    if (underTape()) backend.keepResiduals(hidden.dataId, residuals);
    else for (const tensor of residuals) backend.disposeData(tensor.dataId);
    return { hidden, finalHidden };
  },
  saves: ['recurrent', 'hidden0', 'hidden'],
  gradient(backend, { dys, saved, attributes, given }) {
    const { hidden: dHidden, finalHidden: dFinalHidden } = dys;
    const { recurrent, hidden0, hidden } = saved;
    const lengths = uploadLengths(backend, attributes.lengths);
    const [time, batch, units] = hidden.shape;
    const [states = hidden] = backend.residuals(hidden.dataId) as [TensorInfo?];
    const dHidden0 = copyOf(backend, dFinalHidden);
    const dProjected = backend.allocate([time, batch, units]);
    const dRecurrent = backend.allocate([units, units]);
    const dBias = given.recurrentBias ? backend.allocate([units]) : undefined;
    const panels = panelsFor(backend, { time, batch, units }, 1);
    backend.pool.run('rnnBackward', {
      ...{ time, batch, units, reverse: Number(attributes.reverse) },
      rectify: Number(attributes.activation === 'relu'),
      ...backend.offsets({ recurrent, hidden0, states }),
      ...backend.offsets({ dHidden, dState: dHidden0, dProjected, dRecurrent }),
      ...backend.offsets({ lengths, dBias, panels }),
    });
    free(backend, panels, lengths);
    backend.dropResiduals(hidden.dataId);
    return {
      projected: dProjected,
      recurrent: dRecurrent,
      hidden0: dHidden0,
      recurrentBias: dBias,
    };
  },
});
