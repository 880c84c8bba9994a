import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { SharedMemoryBackend } from '../backend/sharedMemoryBackend';
import {
  activeBackend,
  free,
  handOut,
  optionalOffset,
  uploadLengths,
  type SimdKernel,
  underTape,
} from './kernel';
import {
  gateCounts,
  placementArguments,
  placementGradients,
  readPlacements,
  type ScanAttributes,
  servesPlacements,
} from './placements';
import { copyOf, finalStep, panelsFor, type ScanShape } from './scanShape';

/** Every input by name: a placeholder where the caller gave none. */
type Inputs = Record<string, TensorInfo>;

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
  inputs: Inputs,
  attributes: ScanAttributes,
  width: number,
  residuals: Residuals,
  panels: TensorInfo | undefined,
  lengths: TensorInfo | undefined,
) {
  const { recurrent, hidden0 } = inputs as Record<'recurrent' | 'hidden0', TensorInfo>;
  const { peepholes, cell0 } = inputs;
  return {
    gateCount: gateCounts[attributes.cell],
    rectify: Number(attributes.activation === 'relu'),
    ...{ ...shape, reverse: Number(attributes.reverse) },
    stored: Number(attributes.mode === 'stored'),
    firstStep: attributes.firstStep,
    ...backend.offsets({ recurrent, hidden0 }),
    panels: optionalOffset(backend, panels),
    peepholes: optionalOffset(backend, peepholes, attributes['hasPeepholes']),
    cell0: optionalOffset(backend, cell0, attributes['hasCell0']),
    lengths: optionalOffset(backend, lengths),
    ...{ width, ...backend.offsets(residuals) },
  };
}

/** A scan of a cell with batch or layer normalization inside the recurrence. */
export const normalizedScan: SimdKernel = {
  name: 'NormalizedScan',
  supports: (given, inputs) => {
    const attributes = given as unknown as ScanAttributes;
    const rows = inputs['projected']?.shape[1] ?? 0;
    return servesPlacements(attributes, rows);
  },
  run(backend, inputs, given) {
    const attributes = given as unknown as ScanAttributes;
    const { projected, recurrent } = inputs as Record<'projected' | 'recurrent', TensorInfo>;
    const { recurrentBias } = inputs;
    const [time, batch, columns] = projected.shape as [number, number, number];
    const units = recurrent.shape[0] as number;
    const shape = { time, batch, units };
    const lstm = attributes.cell === 'lstm';
    const gated = attributes.cell !== 'rnn';
    const placements = readPlacements(attributes, units);
    const measured = attributes.mode === 'batch' && placements.width > 0;
    const lengths = uploadLengths(backend, given);

    const hidden = backend.allocate([time, batch, units]);
    const states = lengths ? backend.allocate([time, batch, units]) : hidden;
    const cells = backend.allocate(gated ? [time, batch, units] : [0]);
    const gates = backend.allocate(gated ? [time, batch, columns] : [batch, units]);
    const mean = backend.allocate(measured ? [time, placements.width] : [0, 0]);
    const variance = backend.allocate(measured ? [time, placements.width] : [0, 0]);
    const raw = placements.list.map(({ kind, features }) =>
      backend.allocate(kind === 'none' ? [0] : [time, batch, features]),
    );
    const residuals = { gates, cells, states, mean, variance };
    const panels = panelsFor(backend, shape, gateCounts[attributes.cell]);
    const { width } = placements;
    backend.pool.run('normalizedScan', {
      scan: {
        ...scanArguments(backend, shape, inputs, attributes, width, residuals, panels, lengths),
        ...backend.offsets({ projected, hidden }),
        bias: optionalOffset(backend, recurrentBias, attributes['hasRecurrentBias']),
      },
      ...placementArguments(backend, inputs, attributes, placements, raw),
    });
    free(backend, panels, lengths);
    const outputs = [
      hidden,
      finalStep(backend, states, shape, attributes.reverse),
      lstm ? finalStep(backend, cells, shape, attributes.reverse) : backend.allocate([0, 0]),
      ...[mean, variance],
    ];
    const kept = [gates, cells, ...raw, ...(lengths ? [states] : [])];
    if (underTape()) backend.keepResiduals(hidden.dataId, kept);
    else for (const tensor of kept) backend.disposeData(tensor.dataId);
    return outputs;
  },
  gradient: {
    inputsToSave: [
      ...['recurrent', 'hidden0', 'peepholes', 'cell0'],
      ...['hiddenToHidden', 'preActivation', 'cell'].flatMap((name) =>
        ['Gain', 'Shift', 'Mean', 'Variance'].map((part) => `${name}${part}`),
      ),
    ],
    outputsToSave: [true, false, false, true, true],
    gradFunc(dys, saved, given) {
      const backend = activeBackend();
      const attributes = given as unknown as ScanAttributes;
      const names = normalizedScan.gradient?.inputsToSave ?? [];
      const inputs: Inputs = Object.fromEntries(
        names.map((name, i) => [name, saved[i] as TensorInfo]),
      );
      const lengths = uploadLengths(backend, given);
      const [hidden, mean, variance] = saved.slice(names.length) as unknown as [
        ...[TensorInfo, TensorInfo, TensorInfo],
      ];
      const [dHidden, dFinalHidden, dFinalCell] = dys as unknown as [
        TensorInfo,
        TensorInfo,
        TensorInfo,
      ];
      const [time, batch, units] = hidden.shape as [number, number, number];
      const shape = { time, batch, units };
      const lstm = attributes.cell === 'lstm';
      const columns = gateCounts[attributes.cell] * units;
      const placements = readPlacements(attributes, units);
      const [gates, cells, ...rest] = backend.residuals(hidden.dataId) as [
        ...[TensorInfo, TensorInfo],
        ...TensorInfo[],
      ];
      const raw = rest.slice(0, placements.list.length);
      const states = rest[placements.list.length] ?? hidden;
      const residuals = { gates, cells, states, mean, variance };

      const own = placementGradients(backend, attributes, placements);
      const dHidden0 = copyOf(backend, dFinalHidden);
      const dCell0 = lstm ? copyOf(backend, dFinalCell) : undefined;
      const dProjected = backend.allocate([time, batch, columns]);
      const dRecurrent = backend.allocate([units, columns]);
      const has = (name: string) => attributes[`has${name}`] === true;
      const dBias = has('RecurrentBias') ? backend.allocate([columns]) : undefined;
      const dPeepholes = has('Peepholes') ? backend.allocate([3, units]) : undefined;
      const dCellOut = backend.allocate([batch, units]);
      const panels = panelsFor(backend, shape, gateCounts[attributes.cell]);
      const { width } = placements;
      backend.pool.run('normalizedScanGradient', {
        scan: {
          ...scanArguments(backend, shape, inputs, attributes, width, residuals, panels, lengths),
          ...backend.offsets({ dHidden, dState: dHidden0, dProjected, dRecurrent, dCellOut }),
          dCell: optionalOffset(backend, dCell0),
          dBias: optionalOffset(backend, dBias),
          dPeepholes: optionalOffset(backend, dPeepholes),
        },
        ...placementArguments(backend, inputs, attributes, placements, raw, own.offsets),
      });
      free(backend, dCellOut, ...own.scratch, panels, lengths);
      backend.dropResiduals(hidden.dataId);
      return handOut({
        ...{ projected: dProjected, recurrent: dRecurrent, hidden0: dHidden0, cell0: dCell0 },
        ...{ recurrentBias: dBias, peepholes: dPeepholes },
        ...own.byName,
      });
    },
  },
};
