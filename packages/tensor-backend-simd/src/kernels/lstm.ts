import type { GradientCall, KernelCall, lstmScanOp } from '@bnrnn/tensor-backend';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { SharedMemoryBackend } from '../backend/sharedMemoryBackend';
import type { ArgumentsOf, ProgramName } from '../programs';
import { free, underTape, uploadLengths } from './kernel';
import { copyOf, finalStep, panelsFor } from './scanShape';

/** A scan or its gradient that is ready to run: the program's arguments, and what to take when it has run. */
export interface Prepared<Name extends ProgramName, Result> {
  readonly given: ArgumentsOf<Name>;
  finish(): Result;
}

type Call = KernelCall<typeof lstmScanOp>;
type Gradient = GradientCall<typeof lstmScanOp, (typeof savedOfDirection)[number] | 'hidden'>;

/** What a scan's gradient reads of its inputs. */
export const savedOfDirection = ['recurrent', 'hidden0', 'cell0', 'peepholes'] as const;

/**
 * Prepares the program `lstmForward`, which gives hidden, finalHidden and finalCell. For the gradient it
 * keeps the activated gates, the cells and, with padding, the states.
 */
export function prepareScan(
  backend: SharedMemoryBackend,
  { inputs, attributes: { reverse, ...attributes } }: Call,
): Prepared<'lstmForward', Record<'hidden' | 'finalHidden' | 'finalCell', TensorInfo>> {
  const { projected, recurrent, hidden0, cell0, recurrentBias: bias, peepholes } = inputs;
  const [time, batch] = projected.shape;
  const [units] = recurrent.shape;
  const lengths = uploadLengths(backend, attributes.lengths);
  const shape = { time, batch, units };
  const gates = backend.allocate([time, batch, 4 * units]);
  const cells = backend.allocate([time, batch, units]);
  const hidden = backend.allocate([time, batch, units]);
  const states = lengths ? backend.allocate([time, batch, units]) : hidden;
  const panels = panelsFor(backend, shape, 4);
  return {
    given: {
      ...{ ...shape, reverse: Number(reverse) },
      ...backend.offsets({ projected, recurrent, hidden0, cell0, gates, cells, hidden, states }),
      ...backend.offsets({ bias, peepholes, lengths, panels }),
    },
    finish() {
      free(backend, panels, lengths);
      const finalHidden = finalStep(backend, states, shape, reverse);
      const finalCell = finalStep(backend, cells, shape, reverse);
      const residuals = lengths ? [gates, cells, states] : [gates, cells];
      if (underTape()) backend.keepResiduals(hidden.dataId, residuals);
      else for (const tensor of residuals) backend.disposeData(tensor.dataId);
      return { hidden, finalHidden, finalCell };
    },
  };
}

type LstmGradients = Record<'projected' | 'recurrent' | 'hidden0' | 'cell0', TensorInfo> &
  Record<'recurrentBias' | 'peepholes', TensorInfo | undefined>;

/** Prepares the program `lstmBackward`, which gives the gradients under the names of the inputs. */
export function prepareGradient(
  backend: SharedMemoryBackend,
  { dys, saved, attributes, given }: Gradient,
): Prepared<'lstmBackward', LstmGradients> {
  const { hidden: dHidden, finalHidden: dFinalHidden, finalCell: dFinalCell } = dys;
  const { recurrent, hidden0, cell0, hidden, peepholes } = saved;
  const lengths = uploadLengths(backend, attributes.lengths);
  const [time, batch, units] = hidden.shape;
  const [gates, cells, states = hidden] = backend.residuals(hidden.dataId) as [
    TensorInfo,
    TensorInfo,
    TensorInfo?,
  ];
  const dHidden0 = copyOf(backend, dFinalHidden);
  const dCell0 = copyOf(backend, dFinalCell);
  const dProjected = gates; // overwritten: each step reads its gates last
  const dRecurrent = backend.allocate([units, 4 * units]);
  const dBias = given.recurrentBias ? backend.allocate([4 * units]) : undefined;
  const dPeepholes = given.peepholes ? backend.allocate([3, units]) : undefined;
  const panels = panelsFor(backend, { time, batch, units }, 4);
  return {
    given: {
      ...{ time, batch, units, reverse: Number(attributes.reverse) },
      ...backend.offsets({ recurrent, hidden0, cell0, gates, cells, states }),
      ...backend.offsets({ dHidden, dState: dHidden0, dCell: dCell0, dProjected, dRecurrent }),
      ...backend.offsets({ peepholes, lengths, dBias, dPeepholes, panels }),
    },
    finish() {
      free(backend, panels, lengths);
      backend.releaseResiduals(hidden.dataId);
      backend.disposeData(cells.dataId);
      if (states !== hidden) backend.disposeData(states.dataId);
      return {
        ...{ projected: dProjected, recurrent: dRecurrent, recurrentBias: dBias },
        ...{ hidden0: dHidden0, cell0: dCell0, peepholes: dPeepholes },
      };
    },
  };
}
