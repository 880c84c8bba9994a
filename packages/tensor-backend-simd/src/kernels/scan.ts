import {
  gateCounts,
  scanOp,
  servesPlacements,
  type GradientCall,
  type KernelCall,
} from '@bnrnn/tensor-backend';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { SharedMemoryBackend } from '../backend/sharedMemoryBackend';
import type { ArgumentsOf, ProgramName } from '../programs';
import { free, opKernel, underTape, uploadLengths } from './kernel';
import {
  placementArguments,
  placementGradients,
  readPlacements,
  type Placements,
} from './placements';
import { copyOf, finalStep, panelsFor, type ScanShape } from './scanShape';

type Call = KernelCall<typeof scanOp>;
type Whole = GradientCall<typeof scanOp, (typeof saves)[number]>;

/** What the gradient of a scan is called with; moments are there where normalizers took some. */
type Gradient = Pick<Whole, 'attributes' | 'given'> & {
  readonly dys: Pick<Whole['dys'], 'hidden' | 'finalHidden' | 'finalCell'>;
  readonly saved: Omit<Whole['saved'], 'mean' | 'variance'> &
    Partial<Pick<Whole['saved'], 'mean' | 'variance'>>;
};

/** A scan or its gradient that is ready to run: the program's arguments, and what to take when it has run. */
interface Prepared<Name extends ProgramName, Result> {
  readonly given: ArgumentsOf<Name>;
  finish(): Result;
}

const saves = [
  ...(['recurrent', 'hidden0', 'peepholes', 'cell0'] as const),
  ...(['hiddenToHiddenGain', 'hiddenToHiddenShift'] as const),
  ...(['hiddenToHiddenMean', 'hiddenToHiddenVariance'] as const),
  ...(['preActivationGain', 'preActivationShift'] as const),
  ...(['preActivationMean', 'preActivationVariance'] as const),
  ...(['cellGain', 'cellShift', 'cellMean', 'cellVariance'] as const),
  ...(['hidden', 'mean', 'variance'] as const),
];

type Gradients = Record<'projected' | 'recurrent' | 'hidden0', TensorInfo> &
  Record<'recurrentBias' | 'cell0' | 'peepholes', TensorInfo | undefined> &
  ReturnType<typeof placementGradients>['byName'];

/** What the forward pass leaves for the gradient. */
interface Residuals {
  gates: TensorInfo;
  cells: TensorInfo;
  states: TensorInfo;
  mean: TensorInfo | undefined;
  variance: TensorInfo | undefined;
}

/** The arguments of the scan that both programs share. */
function scanArguments(
  backend: SharedMemoryBackend,
  shape: ScanShape,
  tensors: Pick<Call['inputs'], 'recurrent' | 'hidden0' | 'peepholes' | 'cell0'>,
  { cell, activation, reverse, mode, firstStep }: Call['attributes'],
  { width }: Placements,
  residuals: Residuals,
) {
  const { recurrent, hidden0, peepholes, cell0 } = tensors;
  return {
    ...{ ...shape, gateCount: gateCounts[cell], rectify: Number(activation === 'relu') },
    ...{ reverse: Number(reverse), stored: Number(mode === 'stored'), firstStep, width },
    ...backend.offsets({ recurrent, hidden0, peepholes, cell0, ...residuals }),
  };
}

/**
 * Prepares the program `scan`. For the gradient it keeps the activated gates, an LSTM's cells or a GRU's
 * candidates, what the placements normalized and, with padding, the states.
 */
export function prepareScan(
  backend: SharedMemoryBackend,
  { inputs, attributes }: Call,
): Prepared<'scan', Record<keyof typeof scanOp.outputs, TensorInfo>> {
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

  const gates = backend.allocate(gated ? [time, batch, columns] : [0]);
  const cells = backend.allocate(gated ? [time, batch, units] : [0]);
  const hidden = backend.allocate([time, batch, units]);
  const states = lengths ? backend.allocate([time, batch, units]) : hidden;
  const mean = backend.allocate(measured ? [time, width] : [0, 0]);
  const variance = backend.allocate(measured ? [time, width] : [0, 0]);
  const raw = placements.list.map(({ kind, features }) =>
    backend.allocate(kind === 'none' ? [0] : [time, batch, features]),
  );
  const sums = backend.allocate([batch, columns]);
  const panels = panelsFor(backend, shape, gateCounts[cell]);
  const residuals = { gates, cells, states, mean, variance };
  return {
    given: {
      scan: {
        ...scanArguments(backend, shape, inputs, attributes, placements, residuals),
        ...backend.offsets({ projected, hidden, bias, sums, panels, lengths }),
      },
      ...placementArguments(backend, inputs, placements, raw),
    },
    finish() {
      free(backend, sums, panels, lengths);
      const finalHidden = finalStep(backend, states, shape, reverse);
      const finalCell =
        cell === 'lstm' ? finalStep(backend, cells, shape, reverse) : backend.allocate([0, 0]);
      const kept = [gates, cells, ...raw, ...(lengths ? [states] : [])];
      if (underTape()) backend.keepResiduals(hidden.dataId, kept);
      else free(backend, ...kept);
      return { hidden, finalHidden, finalCell, mean, variance };
    },
  };
}

/** Prepares the program `scanGradient`. */
export function prepareGradient(
  backend: SharedMemoryBackend,
  { dys, saved, attributes, given }: Gradient,
): Prepared<'scanGradient', Gradients> {
  const { hidden, mean, variance } = saved;
  const [time, batch, units] = hidden.shape;
  const shape = { time, batch, units };
  const { cell } = attributes;
  const columns = gateCounts[cell] * units;
  const placements = readPlacements(attributes, units);
  const lengths = uploadLengths(backend, attributes.lengths);
  const kept = backend.residuals(hidden.dataId);
  const [gates, cells, ...rest] = kept as [TensorInfo, TensorInfo, ...TensorInfo[]];
  const raw = rest.slice(0, placements.list.length);
  const states = rest[placements.list.length] ?? hidden;

  const own = placementGradients(backend, given, placements);
  const hasCell = placements.list.some(({ name, kind }) => name === 'cell' && kind !== 'none');
  const dHidden0 = copyOf(backend, dys.finalHidden);
  const dCell0 = cell === 'lstm' ? copyOf(backend, dys.finalCell) : undefined;
  // Where no normalizer reads them again, an LSTM's gates are overwritten: each step reads its own last.
  const overwrites = cell === 'lstm' && !hasCell;
  const dProjected = overwrites ? gates : backend.allocate([time, batch, columns]);
  const dRecurrent = backend.allocate([units, columns]);
  const dBias = given.recurrentBias ? backend.allocate([columns]) : undefined;
  const dPeepholes = given.peepholes ? backend.allocate([3, units]) : undefined;
  const dCellOut = hasCell ? backend.allocate([batch, units]) : undefined;
  const panels = panelsFor(backend, shape, gateCounts[cell]);
  const residuals = { gates, cells, states, mean, variance };
  return {
    given: {
      scan: {
        ...scanArguments(backend, shape, saved, attributes, placements, residuals),
        ...backend.offsets({ dHidden: dys.hidden, dState: dHidden0, dCell: dCell0, dProjected }),
        ...backend.offsets({ dRecurrent, dBias, dPeepholes, dCellOut, panels, lengths }),
      },
      ...placementArguments(backend, saved, placements, raw, own.offsets),
    },
    finish() {
      free(backend, dCellOut, ...own.scratch, panels, lengths);
      backend.releaseResiduals(hidden.dataId);
      free(backend, ...kept.filter((tensor) => tensor !== dProjected));
      return {
        ...{ projected: dProjected, recurrent: dRecurrent, recurrentBias: dBias },
        ...{ hidden0: dHidden0, cell0: dCell0, peepholes: dPeepholes, ...own.byName },
      };
    },
  };
}

/** A scan of a cell, plain or with batch or layer normalization inside the recurrence. */
export const scan = opKernel(scanOp, {
  supports: servesPlacements,
  run(backend, call) {
    const prepared = prepareScan(backend, call);
    backend.pool.run('scan', prepared.given);
    return prepared.finish();
  },
  saves,
  gradient(backend, call) {
    const prepared = prepareGradient(backend, call);
    backend.pool.run('scanGradient', prepared.given);
    return prepared.finish();
  },
});
