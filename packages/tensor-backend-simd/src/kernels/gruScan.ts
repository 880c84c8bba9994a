import { gruScanOp } from '@bnrnn/tensor-backend';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { free, opKernel, underTape, uploadLengths } from './kernel';
import { copyOf, finalStep, panelsFor } from './scanShape';

/** The GRU scan. For its gradient it keeps gates, the candidates' recurrent terms and, with padding, the states. */
export const gruScan = opKernel(gruScanOp, {
  run(backend, { inputs, attributes }) {
    const { projected, recurrent, hidden0, recurrentBias: bias } = inputs;
    const { reverse } = attributes;
    const [time, batch] = projected.shape;
    const [units] = recurrent.shape;
    const lengths = uploadLengths(backend, attributes.lengths);
    const hidden = backend.allocate([time, batch, units]);
    const states = lengths ? backend.allocate([time, batch, units]) : hidden;
    const gates = backend.allocate([time, batch, 3 * units]);
    const candidates = backend.allocate([time, batch, units]);
    const panels = panelsFor(backend, { time, batch, units }, 3);
    backend.pool.run('gruForward', {
      ...{ time, batch, units, reverse: Number(reverse) },
      ...backend.offsets({ projected, recurrent, hidden0, gates, candidates, hidden, states }),
      ...backend.offsets({ bias, lengths, panels }),
    });
    free(backend, panels, lengths);
    const finalHidden = finalStep(backend, states, { time, batch, units }, reverse);
    const residuals = [gates, candidates, ...(lengths ? [states] : [])];
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
    const [gates, candidates, states = hidden] = backend.residuals(hidden.dataId) as [
      ...[TensorInfo, TensorInfo],
      TensorInfo?,
    ];
    const dHidden0 = copyOf(backend, dFinalHidden);
    const dProjected = backend.allocate([time, batch, 3 * units]);
    const dRecurrent = backend.allocate([units, 3 * units]);
    const dBias = given.recurrentBias ? backend.allocate([3 * units]) : undefined;
    const panels = panelsFor(backend, { time, batch, units }, 3);
    backend.pool.run('gruBackward', {
      ...{ time, batch, units, reverse: Number(attributes.reverse) },
      ...backend.offsets({ recurrent, hidden0, gates, candidates, states }),
      ...backend.offsets({ dHidden, dState: dHidden0, dProjected, dRecurrent }),
      ...backend.offsets({ lengths, dBias, panels }),
    });
    free(backend, panels, lengths);
    backend.dropResiduals(hidden.dataId);
    return {
      ...{ projected: dProjected, recurrent: dRecurrent, hidden0: dHidden0 },
      ...{ recurrentBias: dBias },
    };
  },
});
