import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { SharedMemoryBackend } from '../backend/sharedMemoryBackend';
import type { ArgumentsOf, ProgramName } from '../programs';
import { free, optionalOffset, underTape, uploadLengths } from './kernel';
import { copyOf, finalStep, panelsFor } from './scanShape';

/** A scan or its gradient that is ready to run: the program's arguments, and what to take when it has run. */
export interface Prepared<Name extends ProgramName, Result> {
  readonly given: ArgumentsOf<Name>;
  finish(): Result;
}

/** The tensors of a scan under the names that `lstmScan` gives them, a placeholder for what its caller left out. */
type Tensors = Readonly<Record<string, TensorInfo>>;
type Attributes = Readonly<Record<string, unknown>>;

/** What a scan's gradient reads, in the contract's names. */
export const savedOfDirection = ['recurrent', 'hidden0', 'cell0', 'peepholes'] as const;

/**
 * Prepares the program `lstmForward`, which gives hidden, finalHidden and finalCell. For the gradient it
 * keeps the activated gates, the cells and, with padding, the states.
 */
export function prepareScan(
  backend: SharedMemoryBackend,
  inputs: Tensors,
  attributes: Attributes,
): Prepared<'lstmForward', TensorInfo[]> {
  const { projected, recurrent, hidden0, cell0 } = inputs as Record<
    'projected' | 'recurrent' | 'hidden0' | 'cell0',
    TensorInfo
  >;
  const { recurrentBias, peepholes } = inputs;
  const [time, batch] = projected.shape as [number, number, number];
  const units = recurrent.shape[0] as number;
  const reverse = attributes['reverse'] === true;
  const lengths = uploadLengths(backend, attributes);
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
      bias: optionalOffset(backend, recurrentBias, attributes['hasRecurrentBias']),
      peepholes: optionalOffset(backend, peepholes, attributes['hasPeepholes']),
      lengths: optionalOffset(backend, lengths),
      panels: optionalOffset(backend, panels),
    },
    finish() {
      free(backend, panels, lengths);
      const outputs = [
        hidden,
        finalStep(backend, states, shape, reverse),
        finalStep(backend, cells, shape, reverse),
      ];
      const residuals = lengths ? [gates, cells, states] : [gates, cells];
      if (underTape()) backend.keepResiduals(hidden.dataId, residuals);
      else for (const tensor of residuals) backend.disposeData(tensor.dataId);
      return outputs;
    },
  };
}

/** Prepares the program `lstmBackward`, which gives the gradients under the names of the inputs. */
export function prepareGradient(
  backend: SharedMemoryBackend,
  dys: readonly TensorInfo[],
  saved: Tensors,
  attributes: Attributes,
): Prepared<'lstmBackward', Record<string, TensorInfo | undefined>> {
  const [dHidden, dFinalHidden, dFinalCell] = dys as [TensorInfo, TensorInfo, TensorInfo];
  const { recurrent, hidden0, cell0, hidden } = saved as Record<
    'recurrent' | 'hidden0' | 'cell0' | 'hidden',
    TensorInfo
  >;
  const { peepholes } = saved;
  const lengths = uploadLengths(backend, attributes);
  const has = (name: string) => attributes[`has${name}`] === true;
  const [time, batch, units] = hidden.shape as [number, number, number];
  const [gates, cells, states = hidden] = backend.residuals(hidden.dataId) as [
    TensorInfo,
    TensorInfo,
    TensorInfo?,
  ];
  const dHidden0 = copyOf(backend, dFinalHidden);
  const dCell0 = copyOf(backend, dFinalCell);
  const dProjected = gates; // overwritten: each step reads its gates last
  const dRecurrent = backend.allocate([units, 4 * units]);
  const dBias = has('RecurrentBias') ? backend.allocate([4 * units]) : undefined;
  const dPeepholes = has('Peepholes') ? backend.allocate([3, units]) : undefined;
  const panels = panelsFor(backend, { time, batch, units }, 4);
  return {
    given: {
      ...{ time, batch, units, reverse: Number(attributes['reverse'] === true) },
      ...backend.offsets({ recurrent, hidden0, cell0, gates, cells, states }),
      ...backend.offsets({ dHidden, dState: dHidden0, dCell: dCell0, dProjected, dRecurrent }),
      peepholes: optionalOffset(backend, peepholes, has('Peepholes')),
      lengths: optionalOffset(backend, lengths),
      dBias: optionalOffset(backend, dBias),
      dPeepholes: optionalOffset(backend, dPeepholes),
      panels: optionalOffset(backend, panels),
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
