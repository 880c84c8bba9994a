import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { SharedMemoryBackend } from '../backend/sharedMemoryBackend';
import { optionalOffset, underTape } from './kernel';
import { copyOf, finalStep, panelsFor } from './scanShape';

/** A scan or its gradient that is ready to run: the program's arguments, and what to take when it has run. */
export interface Prepared<Result> {
  readonly values: readonly number[];
  finish(): Result;
}

type Direction = '' | 'Backward';
type Tensors = Readonly<Record<string, TensorInfo | undefined>>;
type Flags = Readonly<Record<string, unknown>>;

/** What a scan's gradient reads, in the contract's names without the mask. */
export const savedOfDirection = ['recurrent', 'hidden0', 'cell0', 'peepholes'] as const;

/**
 * Prepares the program `lstmForward`, which gives hidden, finalHidden and finalCell. For the gradient it
 * keeps the activated gates, the cells and, with a mask, the states.
 */
export function prepareScan(
  backend: SharedMemoryBackend,
  inputs: Tensors,
  flags: Flags,
  direction: Direction,
  reverse: boolean,
): Prepared<TensorInfo[]> {
  const { projected, recurrent, hidden0, cell0 } = required(inputs, direction);
  const { recurrentBias, peepholes, mask } = optional(inputs, flags, direction);
  const [time, batch] = projected.shape as [number, number, number];
  const units = recurrent.shape[0] as number;
  const shape = { time, batch, units };
  const gates = backend.allocate([time, batch, 4 * units]);
  const cells = backend.allocate([time, batch, units]);
  const hidden = backend.allocate([time, batch, units]);
  const states = mask ? backend.allocate([time, batch, units]) : hidden;
  const panels = panelsFor(backend, shape, 4);
  return {
    values: [
      time,
      batch,
      units,
      Number(reverse),
      backend.offset(projected),
      backend.offset(recurrent),
      optionalOffset(backend, recurrentBias),
      optionalOffset(backend, peepholes),
      backend.offset(hidden0),
      backend.offset(cell0),
      optionalOffset(backend, mask),
      backend.offset(gates),
      backend.offset(cells),
      backend.offset(hidden),
      backend.offset(states),
      optionalOffset(backend, panels),
    ],
    finish() {
      if (panels) backend.disposeData(panels.dataId);
      const outputs = [
        hidden,
        finalStep(backend, states, shape, reverse),
        finalStep(backend, cells, shape, reverse),
      ];
      const residuals = mask ? [gates, cells, states] : [gates, cells];
      if (underTape()) backend.keepResiduals(hidden.dataId, residuals);
      else for (const tensor of residuals) backend.disposeData(tensor.dataId);
      return outputs;
    },
  };
}

/** Prepares the program `lstmBackward`, which gives the gradients under the names of the direction's inputs. */
export function prepareGradient(
  backend: SharedMemoryBackend,
  dys: readonly TensorInfo[],
  saved: Tensors,
  flags: Flags,
  direction: Direction,
  reverse: boolean,
): Prepared<Record<string, TensorInfo | undefined>> {
  const [dHidden, dFinalHidden, dFinalCell] = dys as [TensorInfo, TensorInfo, TensorInfo];
  const { recurrent, hidden0, cell0, hidden } = required(saved, direction);
  const { peepholes, mask } = optional(saved, flags, direction);
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
  const dBias = flags[`hasRecurrentBias${direction}`] ? backend.allocate([4 * units]) : undefined;
  const dPeepholes = peepholes ? backend.allocate([3, units]) : undefined;
  const panels = panelsFor(backend, { time, batch, units }, 4);
  return {
    values: [
      time,
      batch,
      units,
      Number(reverse),
      backend.offset(recurrent),
      optionalOffset(backend, peepholes),
      backend.offset(hidden0),
      backend.offset(cell0),
      optionalOffset(backend, mask),
      backend.offset(gates),
      backend.offset(cells),
      backend.offset(states),
      backend.offset(dHidden),
      backend.offset(dHidden0),
      backend.offset(dCell0),
      backend.offset(dProjected),
      backend.offset(dRecurrent),
      optionalOffset(backend, dBias),
      optionalOffset(backend, dPeepholes),
      optionalOffset(backend, panels),
    ],
    finish() {
      if (panels) backend.disposeData(panels.dataId);
      backend.releaseResiduals(hidden.dataId);
      backend.disposeData(cells.dataId);
      if (states !== hidden) backend.disposeData(states.dataId);
      return {
        [`projected${direction}`]: dProjected,
        [`recurrent${direction}`]: dRecurrent,
        [`hidden0${direction}`]: dHidden0,
        [`cell0${direction}`]: dCell0,
        [`recurrentBias${direction}`]: dBias,
        [`peepholes${direction}`]: dPeepholes,
      };
    },
  };
}

type RequiredName = 'projected' | 'recurrent' | 'hidden0' | 'cell0' | 'hidden';

/** The tensors of one direction that every call has; `hidden` among what is saved only, `projected` among inputs only. */
function required(tensors: Tensors, direction: Direction): Record<RequiredName, TensorInfo> {
  const names: RequiredName[] = ['projected', 'recurrent', 'hidden0', 'cell0', 'hidden'];
  return Object.fromEntries(names.map((name) => [name, tensors[`${name}${direction}`]])) as Record<
    RequiredName,
    TensorInfo
  >;
}

/** Those that the caller may have left out, and the mask, which both directions share. */
function optional(
  tensors: Tensors,
  flags: Flags,
  direction: Direction,
): Partial<Record<'recurrentBias' | 'peepholes' | 'mask', TensorInfo>> {
  const given = (name: string, flag: string) =>
    flags[`has${flag}`] === true ? tensors[name] : undefined;
  return {
    recurrentBias: given(`recurrentBias${direction}`, `RecurrentBias${direction}`),
    peepholes: given(`peepholes${direction}`, `Peepholes${direction}`),
    mask: given('mask', 'Mask'),
  } as Partial<Record<'recurrentBias' | 'peepholes' | 'mask', TensorInfo>>;
}
