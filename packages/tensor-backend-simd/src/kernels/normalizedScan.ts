import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { SharedMemoryBackend } from '../backend/sharedMemoryBackend';
import { activeBackend, handOut, optionalOffset, type SimdKernel, underTape } from './kernel';
import {
  gateCounts,
  type Placements,
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
  counts: TensorInfo;
  /** By placement; a placeholder where there is none. */
  raw: readonly TensorInfo[];
}

/** The arguments that both programs share: `scanLength` of the scan, then those of each placement. */
function scanArguments(
  backend: SharedMemoryBackend,
  shape: ScanShape,
  inputs: Inputs,
  attributes: ScanAttributes,
  placements: Placements,
  residuals: Residuals,
  panels: TensorInfo | undefined,
  gradients: readonly number[][],
): number[] {
  const { recurrent, peepholes, hidden0, cell0, mask } = inputs;
  const { time, batch, units } = shape;
  const { gates, cells, states, mean, variance, counts, raw } = residuals;
  return [
    ...[gateCounts[attributes.cell], Number(attributes.activation === 'relu')],
    ...[time, batch, units, Number(attributes.reverse)],
    ...[Number(attributes.mode === 'stored'), attributes.firstStep],
    backend.offset(recurrent as TensorInfo),
    optionalOffset(backend, panels),
    optionalOffset(backend, peepholes, attributes['hasPeepholes']),
    backend.offset(hidden0 as TensorInfo),
    optionalOffset(backend, cell0, attributes['hasCell0']),
    optionalOffset(backend, mask, attributes['hasMask']),
    ...[gates, cells, states].map((tensor) => backend.offset(tensor)),
    placements.width,
    ...[mean, variance, counts].map((tensor) => backend.offset(tensor)),
    ...placements.list.flatMap((placement, k) => [
      ...placementArguments(backend, inputs, attributes, placement),
      backend.offset(raw[k] as TensorInfo),
      ...(gradients[k] ?? [0, 0, 0]),
    ]),
  ];
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
    const { projected, recurrent, recurrentBias, mask } = inputs;
    const [time, batch, columns] = (projected as TensorInfo).shape as [number, number, number];
    const units = (recurrent as TensorInfo).shape[0] as number;
    const shape = { time, batch, units };
    const lstm = attributes.cell === 'lstm';
    const gated = attributes.cell !== 'rnn';
    const placements = readPlacements(attributes, units);
    const measured = attributes.mode === 'batch' && placements.width > 0;
    const masked = mask !== undefined && attributes['hasMask'] === true;

    const hidden = backend.allocate([time, batch, units]);
    const states = masked ? backend.allocate([time, batch, units]) : hidden;
    const cells = backend.allocate(gated ? [time, batch, units] : [0]);
    const gates = backend.allocate(gated ? [time, batch, columns] : [batch, units]);
    const mean = backend.allocate(measured ? [time, placements.width] : [0, 0]);
    const variance = backend.allocate(measured ? [time, placements.width] : [0, 0]);
    const counts = backend.allocate(measured ? [time] : [0]);
    const raw = placements.list.map(({ kind, features }) =>
      backend.allocate(kind === 'none' ? [0] : [time, batch, features]),
    );
    const residuals = { gates, cells, states, mean, variance, counts, raw };
    const panels = panelsFor(backend, shape, gateCounts[attributes.cell]);
    backend.pool.run('normalizedScan', [
      ...scanArguments(backend, shape, inputs, attributes, placements, residuals, panels, []),
      backend.offset(projected as TensorInfo),
      optionalOffset(backend, recurrentBias, attributes['hasRecurrentBias']),
      backend.offset(hidden),
    ]);
    if (panels) backend.disposeData(panels.dataId);
    const outputs = [
      hidden,
      finalStep(backend, states, shape, attributes.reverse),
      lstm ? finalStep(backend, cells, shape, attributes.reverse) : backend.allocate([0, 0]),
      ...[mean, variance, counts],
    ];
    const kept = [gates, cells, ...raw, ...(masked ? [states] : [])];
    if (underTape()) backend.keepResiduals(hidden.dataId, kept);
    else for (const tensor of kept) backend.disposeData(tensor.dataId);
    return outputs;
  },
  gradient: {
    inputsToSave: [
      ...['recurrent', 'hidden0', 'peepholes', 'cell0', 'mask'],
      ...['hiddenToHidden', 'preActivation', 'cell'].flatMap((name) =>
        ['Gain', 'Shift', 'Mean', 'Variance'].map((part) => `${name}${part}`),
      ),
    ],
    outputsToSave: [true, false, false, true, true, true],
    gradFunc(dys, saved, given) {
      const backend = activeBackend();
      const attributes = given as unknown as ScanAttributes;
      const names = normalizedScan.gradient?.inputsToSave ?? [];
      const inputs: Inputs = Object.fromEntries(
        names.map((name, i) => [name, saved[i] as TensorInfo]),
      );
      const [hidden, mean, variance, counts] = saved.slice(names.length) as unknown as [
        ...[TensorInfo, TensorInfo, TensorInfo, TensorInfo],
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
      const residuals = { gates, cells, states, mean, variance, counts, raw };

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
      backend.pool.run('normalizedScanGradient', [
        ...scanArguments(
          ...([backend, shape, inputs, attributes, placements, residuals, panels] as const),
          own.offsets,
        ),
        backend.offset(dHidden),
        backend.offset(dHidden0),
        optionalOffset(backend, dCell0),
        ...[dProjected, dRecurrent].map((tensor) => backend.offset(tensor)),
        optionalOffset(backend, dBias),
        optionalOffset(backend, dPeepholes),
        backend.offset(dCellOut),
      ]);
      const scratch = [dCellOut, ...own.scratch, ...(panels ? [panels] : [])];
      for (const tensor of scratch) backend.disposeData(tensor.dataId);
      backend.dropResiduals(hidden.dataId);
      return handOut({
        ...{ projected: dProjected, recurrent: dRecurrent, hidden0: dHidden0, cell0: dCell0 },
        ...{ recurrentBias: dBias, peepholes: dPeepholes, mask: undefined },
        ...own.byName,
      });
    },
  },
};
