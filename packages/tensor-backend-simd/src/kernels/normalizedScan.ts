import { normalizedScanOp, type KernelCall } from '@bnrnn/tensor-backend';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { SharedMemoryBackend } from '../backend/sharedMemoryBackend';
import { free, opKernel, underTape, uploadLengths } from './kernel';
import {
  gateCounts,
  placementArguments,
  placementGradients,
  readPlacements,
  servesPlacements,
} from './placements';
import { copyOf, finalStep, panelsFor, type ScanShape } from './scanShape';

type Call = KernelCall<typeof normalizedScanOp>;

/** What the forward pass leaves for the gradient. */
interface Residuals {
  gates: TensorInfo;
  cells: TensorInfo;
  states: TensorInfo;
  mean: TensorInfo;
  variance: TensorInfo;
}

/** The arguments of the scan that both programs share. */
function scanArguments(
  backend: SharedMemoryBackend,
  shape: ScanShape,
  tensors: Pick<Call['inputs'], 'recurrent' | 'hidden0' | 'peepholes' | 'cell0'>,
  { cell, activation, reverse, mode, firstStep }: Call['attributes'],
  residuals: Residuals,
) {
  const { recurrent, hidden0, peepholes, cell0 } = tensors;
  return {
    ...{ ...shape, gateCount: gateCounts[cell], rectify: Number(activation === 'relu') },
    ...{ reverse: Number(reverse), stored: Number(mode === 'stored'), firstStep },
    ...backend.offsets({ recurrent, hidden0, peepholes, cell0, ...residuals }),
  };
}

/** A scan of a cell with batch or layer normalization inside the recurrence. */
export const normalizedScan = opKernel(normalizedScanOp, {
  supports: servesPlacements,
  run(backend, { inputs, attributes }) {
    const { projected, recurrent, recurrentBias: bias } = inputs;
    const [time, batch, columns] = projected.shape;
    const [units] = recurrent.shape;
    const shape = { time, batch, units };
    const { cell, mode, reverse } = attributes;
    const gated = cell !== 'rnn';
    const placements = readPlacements(attributes, units);
    const { width } = placements;
    const measured = mode === 'batch' && width > 0;
    const lengths = uploadLengths(backend, attributes.lengths);

    const hidden = backend.allocate([time, batch, units]);
    const states = lengths ? backend.allocate([time, batch, units]) : hidden;
    const cells = backend.allocate(gated ? [time, batch, units] : [0]);
    const gates = backend.allocate(gated ? [time, batch, columns] : [batch, units]);
    const mean = backend.allocate(measured ? [time, width] : [0, 0]);
    const variance = backend.allocate(measured ? [time, width] : [0, 0]);
    const raw = placements.list.map(({ kind, features }) =>
      backend.allocate(kind === 'none' ? [0] : [time, batch, features]),
    );
    const panels = panelsFor(backend, shape, gateCounts[cell]);
    const residuals = { gates, cells, states, mean, variance };
    backend.pool.run('normalizedScan', {
      scan: {
        ...scanArguments(backend, shape, inputs, attributes, residuals),
        ...{ width, ...backend.offsets({ projected, hidden, bias, panels, lengths }) },
      },
      ...placementArguments(backend, inputs, placements, raw),
    });
    free(backend, panels, lengths);
    const finalHidden = finalStep(backend, states, shape, reverse);
    const finalCell =
      cell === 'lstm' ? finalStep(backend, cells, shape, reverse) : backend.allocate([0, 0]);
    const kept = [gates, cells, ...raw, ...(lengths ? [states] : [])];
    if (underTape()) backend.keepResiduals(hidden.dataId, kept);
    else for (const tensor of kept) backend.disposeData(tensor.dataId);
    return { hidden, finalHidden, finalCell, mean, variance };
  },
  saves: [
    ...(['recurrent', 'hidden0', 'peepholes', 'cell0'] as const),
    ...(['hiddenToHiddenGain', 'hiddenToHiddenShift'] as const),
    ...(['hiddenToHiddenMean', 'hiddenToHiddenVariance'] as const),
    ...(['preActivationGain', 'preActivationShift'] as const),
    ...(['preActivationMean', 'preActivationVariance'] as const),
    ...(['cellGain', 'cellShift', 'cellMean', 'cellVariance'] as const),
    ...(['hidden', 'mean', 'variance'] as const),
  ],
  gradient(backend, { dys, saved, attributes, given }) {
    const { hidden, mean, variance } = saved;
    const [time, batch, units] = hidden.shape;
    const shape = { time, batch, units };
    const { cell } = attributes;
    const columns = gateCounts[cell] * units;
    const placements = readPlacements(attributes, units);
    const { width } = placements;
    const lengths = uploadLengths(backend, attributes.lengths);
    const [gates, cells, ...rest] = backend.residuals(hidden.dataId) as [
      ...[TensorInfo, TensorInfo],
      ...TensorInfo[],
    ];
    const raw = rest.slice(0, placements.list.length);
    const states = rest[placements.list.length] ?? hidden;

    const own = placementGradients(backend, given, placements);
    const dState = copyOf(backend, dys.finalHidden);
    const dCell = cell === 'lstm' ? copyOf(backend, dys.finalCell) : undefined;
    const dProjected = backend.allocate([time, batch, columns]);
    const dRecurrent = backend.allocate([units, columns]);
    const dBias = given.recurrentBias ? backend.allocate([columns]) : undefined;
    const dPeepholes = given.peepholes ? backend.allocate([3, units]) : undefined;
    const dCellOut = backend.allocate([batch, units]);
    const panels = panelsFor(backend, shape, gateCounts[cell]);
    const residuals = { gates, cells, states, mean, variance };
    backend.pool.run('normalizedScanGradient', {
      scan: {
        ...scanArguments(backend, shape, saved, attributes, residuals),
        ...{ width, ...backend.offsets({ panels, lengths, dHidden: dys.hidden, dState, dCell }) },
        ...backend.offsets({ dProjected, dRecurrent, dBias, dPeepholes, dCellOut }),
      },
      ...placementArguments(backend, saved, placements, raw, own.offsets),
    });
    free(backend, dCellOut, ...own.scratch, panels, lengths);
    backend.dropResiduals(hidden.dataId);
    return {
      ...{ projected: dProjected, recurrent: dRecurrent, hidden0: dState, cell0: dCell },
      ...{ recurrentBias: dBias, peepholes: dPeepholes, ...own.byName },
    };
  },
});
