import { DataError } from '@bnrnn/core';
import type { NamedTensors } from '@bnrnn/normalization';
import type { SequenceModel, State } from '@bnrnn/recurrent';
import { dispose, tensor, type Tensor, type Variable } from '@tensorflow/tfjs-core';
import type { StoredTensor, TensorSource } from './safetensors';

/** The tensors of a run by what they are. */
export interface RunTensors {
  readonly model: SequenceModel;
  readonly slots: ReadonlyMap<string, Variable>;
  readonly state: State;
}

const modelPrefix = 'model/';
const statisticsPrefix = 'statistics/';
const slotPrefix = 'optimizer/';
const statePrefix = 'state/';

/** Every tensor that a checkpoint holds, by its name in the file. */
export function tensorsOfRun({ model, slots, state }: RunTensors): Map<string, TensorSource> {
  const sources = new Map<string, TensorSource>();
  for (const [path, value] of model.parameters) sources.set(modelPrefix + path, sourceOf(value));
  for (const [path, tensors] of model.statistics) {
    for (const [name, value] of Object.entries(tensors)) {
      sources.set(`${statisticsPrefix}${path}/${name}`, sourceOf(value));
    }
  }
  for (const [name, value] of slots) sources.set(slotPrefix + name, sourceOf(value));
  state.forEach((value, i) => sources.set(statePrefix + i.toString(), sourceOf(value)));
  return sources;
}

/**
 * Puts stored weights and statistics into a model.
 *
 * @throws DataError when one is missing or has another shape; the model is then unchanged.
 */
export function restoreModel(
  model: SequenceModel,
  stored: ReadonlyMap<string, StoredTensor>,
  where: string,
): void {
  const parameters = [...model.parameters].map(([path, variable]) => ({
    variable,
    data: expectStored(stored, modelPrefix + path, variable.shape, where),
  }));
  const statistics = [...model.statistics].map(([path, tensors]) => ({
    path,
    data: Object.entries(tensors).map(([name, { shape }]) => {
      const whole = `${statisticsPrefix}${path}/${name}`;
      return [name, expectStored(stored, whole, shape, where)] as const;
    }),
  }));
  for (const { variable, data } of parameters) assign(variable, data);
  if (statistics.length === 0) return;
  const next = statistics.map(({ path, data }): [string, NamedTensors] => [
    path,
    Object.fromEntries(data.map(([name, value]) => [name, toTensor(value)])),
  ]);
  model.setStatistics(new Map(next));
}

/** @throws DataError when a slot is missing or has another shape. */
export function restoreSlots(
  slots: ReadonlyMap<string, Variable>,
  stored: ReadonlyMap<string, StoredTensor>,
  where: string,
): void {
  for (const [name, slot] of slots) {
    assign(slot, expectStored(stored, slotPrefix + name, slot.shape, where));
  }
}

/**
 * The carried state as new tensors; undefined when none was carried.
 *
 * @throws DataError when one is missing or is not what the model carries.
 */
export function restoreState(
  model: SequenceModel,
  stored: ReadonlyMap<string, StoredTensor>,
  where: string,
): State | undefined {
  if (![...stored.keys()].some((name) => name.startsWith(statePrefix))) return undefined;
  const one = model.initialState(1);
  const shapes = one.map(({ shape }) => shape.slice(1));
  dispose([...one]);
  const rows = stored.get(`${statePrefix}0`)?.shape[0] ?? 1;
  return shapes
    .map((shape, i) => expectStored(stored, statePrefix + i.toString(), [rows, ...shape], where))
    .map(toTensor);
}

function sourceOf(value: Tensor): TensorSource {
  return {
    type: value.dtype === 'int32' ? 'I32' : 'F32',
    shape: value.shape,
    read: () => value.data<'float32' | 'int32'>(),
  };
}

function expectStored(
  stored: ReadonlyMap<string, StoredTensor>,
  name: string,
  shape: readonly number[],
  where: string,
): StoredTensor {
  const found = stored.get(name);
  if (found === undefined) throw new DataError(`${where} has no tensor ${name}.`);
  const { data } = found;
  if (!(data instanceof Float32Array) && !(data instanceof Float64Array)) {
    throw new DataError(`${where}: ${name} holds whole numbers, expected floats.`);
  }
  if (found.shape.join() === shape.join()) return found;
  throw new DataError(
    `${where}: ${name} is [${found.shape.join(', ')}], expected [${shape.join(', ')}].`,
  );
}

function assign(variable: Variable, stored: StoredTensor): void {
  const value = toTensor(stored);
  variable.assign(value);
  value.dispose();
}

function toTensor({ data, shape }: StoredTensor): Tensor {
  const type = data instanceof Float32Array || data instanceof Float64Array ? 'float32' : 'int32';
  return tensor(data, [...shape], type);
}
