import type { Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import type { SimdBackend } from '../backend/simdBackend';
import type { ProgramName } from '../programs';
import { activeBackend, asTensor, optionalOffset, type SimdKernel, underTape } from './kernel';

interface ScanShape {
  time: number;
  batch: number;
  units: number;
}

function shapeOf(projected: TensorInfo, recurrent: TensorInfo): ScanShape {
  const [time, batch] = projected.shape as [number, number, number];
  return { time, batch, units: recurrent.shape[0] as number };
}

/** Copies one step of a [T, B, H] array into a tensor of its own. */
function finalStep(
  backend: SimdBackend,
  all: TensorInfo,
  shape: ScanShape,
  reverse: boolean,
): TensorInfo {
  const { time, batch, units } = shape;
  const start = (reverse ? 0 : time - 1) * batch * units;
  return backend.makeTensorInfo(
    [batch, units],
    'float32',
    backend.view(all).subarray(start, start + batch * units),
  );
}

/** Runs a scan's gradient program and hands out what it made, by input. */
function scanGradient(
  program: ProgramName,
  dys: Tensor[],
  saved: Tensor[],
  attributes: Record<string, unknown>,
  gates: number,
): Record<string, () => Tensor> {
  const backend = activeBackend();
  const lstm = program === 'lstmBackward';
  const [dHidden, dFinalHidden, dFinalCell] = dys as [Tensor, Tensor, Tensor];
  const hidden = saved.at(-1) as Tensor;
  const [recurrent, hidden0] = saved as [Tensor, Tensor];
  const cell0 = lstm ? (saved[2] as Tensor) : undefined;
  const mask = saved[lstm ? 3 : 2] as Tensor;
  const [time, batch, units] = hidden.shape as [number, number, number];
  const residuals = backend.residuals(hidden.dataId);
  const masked = attributes['hasMask'] === true;
  const states = masked ? (residuals.at(-1) as TensorInfo) : hidden;

  const copy = (tensor: Tensor) =>
    backend.makeTensorInfo(tensor.shape, 'float32', backend.view(tensor));
  const dHidden0 = copy(dFinalHidden);
  const dCell0 = lstm ? copy(dFinalCell) : undefined;
  const dProjected = backend.allocate([time, batch, gates * units]);
  const dRecurrent = backend.allocate([units, gates * units]);
  const dBias =
    attributes['hasRecurrentBias'] === true ? backend.allocate([gates * units]) : undefined;
  const at = (tensor: TensorInfo | undefined) =>
    tensor === undefined ? 0 : backend.offset(tensor);
  const head = [time, batch, units, Number(attributes['reverse'])];
  const tail = [at(dHidden), at(dHidden0)];
  const outputs = [at(dProjected), at(dRecurrent), at(dBias)];
  const maskAt = masked ? at(mask) : 0;
  backend.pool.run(
    program,
    lstm
      ? [
          ...head,
          at(recurrent),
          at(hidden0),
          at(cell0),
          maskAt,
          at(residuals[0]),
          at(residuals[1]),
          at(states),
          ...tail,
          at(dCell0),
          ...outputs,
        ]
      : [
          ...head,
          Number(attributes['activation'] === 'relu'),
          at(recurrent),
          at(hidden0),
          maskAt,
          at(states),
          ...tail,
          ...outputs,
        ],
  );
  backend.dropResiduals(hidden.dataId);
  const results: Record<string, TensorInfo | undefined> = {
    projected: dProjected,
    recurrent: dRecurrent,
    hidden0: dHidden0,
    cell0: dCell0,
    recurrentBias: dBias,
  };
  const tensors = Object.entries(results).flatMap(([name, info]) =>
    info === undefined ? [] : [[name, asTensor(info)] as const],
  );
  const closures = Object.fromEntries(tensors.map(([name, tensor]) => [name, () => tensor]));
  return { ...unusedInputs(), ...closures };
}

/** Placeholders get a zero: tfjs asks every input for its gradient. */
function unusedInputs(): Record<string, () => Tensor> {
  const zero = () => asTensor(activeBackend().makeTensorInfo([], 'float32', new Float32Array(1)));
  return { mask: zero, peepholes: zero, recurrentBias: zero };
}

/** The LSTM scan; with peepholes tfjs ops run it (see `peepholeScan`). */
export const lstmScan: SimdKernel = {
  name: 'LstmScan',
  run(backend, inputs, attributes) {
    const { projected, recurrent, hidden0, cell0, recurrentBias, mask } = inputs as Record<
      string,
      TensorInfo
    > &
      Record<'projected' | 'recurrent' | 'hidden0' | 'cell0', TensorInfo>;
    const shape = shapeOf(projected, recurrent);
    const { time, batch, units } = shape;
    const masked = attributes['hasMask'] === true;
    const gates = backend.allocate([time, batch, 4 * units]);
    const cells = backend.allocate([time, batch, units]);
    const hidden = backend.allocate([time, batch, units]);
    const states = masked ? backend.allocate([time, batch, units]) : hidden;
    backend.pool.run('lstmForward', [
      time,
      batch,
      units,
      Number(attributes['reverse']),
      backend.offset(projected),
      backend.offset(recurrent),
      optionalOffset(backend, recurrentBias, attributes['hasRecurrentBias']),
      backend.offset(hidden0),
      backend.offset(cell0),
      optionalOffset(backend, mask, attributes['hasMask']),
      backend.offset(gates),
      backend.offset(cells),
      backend.offset(hidden),
      backend.offset(states),
    ]);
    const reverse = attributes['reverse'] === true;
    const outputs = [
      hidden,
      finalStep(backend, states, shape, reverse),
      finalStep(backend, cells, shape, reverse),
    ];
    const residuals = masked ? [gates, cells, states] : [gates, cells];
    if (underTape()) backend.keepResiduals(hidden.dataId, residuals);
    else for (const tensor of residuals) backend.disposeData(tensor.dataId);
    return outputs;
  },
  gradient: {
    inputsToSave: ['recurrent', 'hidden0', 'cell0', 'mask'],
    outputsToSave: [true, false, false],
    gradFunc: (dys, saved, attributes) =>
      scanGradient('lstmBackward', dys as Tensor[], saved, attributes, 4),
  },
};

/** The vanilla scan. */
export const rnnScan: SimdKernel = {
  name: 'RnnScan',
  run(backend, inputs, attributes) {
    const { projected, recurrent, hidden0, recurrentBias, mask } = inputs as Record<
      string,
      TensorInfo
    > &
      Record<'projected' | 'recurrent' | 'hidden0', TensorInfo>;
    const shape = shapeOf(projected, recurrent);
    const { time, batch, units } = shape;
    const masked = attributes['hasMask'] === true;
    const hidden = backend.allocate([time, batch, units]);
    const states = masked ? backend.allocate([time, batch, units]) : hidden;
    const products = backend.allocate([batch, units]);
    backend.pool.run('rnnForward', [
      time,
      batch,
      units,
      Number(attributes['reverse']),
      Number(attributes['activation'] === 'relu'),
      backend.offset(projected),
      backend.offset(recurrent),
      optionalOffset(backend, recurrentBias, attributes['hasRecurrentBias']),
      backend.offset(hidden0),
      optionalOffset(backend, mask, attributes['hasMask']),
      backend.offset(hidden),
      backend.offset(states),
      backend.offset(products),
    ]);
    backend.disposeData(products.dataId);
    const outputs = [hidden, finalStep(backend, states, shape, attributes['reverse'] === true)];
    const residuals = masked ? [states] : [];
    if (underTape()) backend.keepResiduals(hidden.dataId, residuals);
    else for (const tensor of residuals) backend.disposeData(tensor.dataId);
    return outputs;
  },
  gradient: {
    inputsToSave: ['recurrent', 'hidden0', 'mask'],
    outputsToSave: [true, false],
    gradFunc: (dys, saved, attributes) =>
      scanGradient('rnnBackward', dys as Tensor[], saved, attributes, 1),
  },
};
