import { paddedLengths, rowsOfEachStep } from '@bnrnn/core';
import {
  measuredRows,
  online,
  renorm,
  rms,
  weight,
  type NamedTensors,
  type Normalizer,
} from '@bnrnn/normalization';
import { startBackend } from '@bnrnn/tensor-backend';
import { expectClose, readGolden, testBackends, toTensor, type Golden } from '@bnrnn/test-utils';
import {
  dispose,
  keep,
  mul,
  sum,
  tidy,
  valueAndGrads,
  type Tensor,
  type Tensor2D,
  type Tensor3D,
} from '@tensorflow/tfjs-core';
import { beforeAll, describe, it } from 'vitest';

const [rmsFile, weightFile, renormFile, onlineFile] = ['rms', 'weight', 'renorm', 'online'].map(
  (name) => readGolden(new URL(`./golden/${name}.json`, import.meta.url)),
) as [Golden, Golden, Golden, Golden];

const settingsOf = (file: Golden): Record<string, number> =>
  Object.fromEntries(file.names('settings').map((name) => [name, file.number('settings', name)]));
const lengthsIn = (file: Golden): number[] => [...file.array('lengths').data];

const rtol = 1e-4;

/** The gradients that a golden file has at a path, by names of inputs; `run` is given them as tensors. */
function expectGradients(
  file: Golden,
  path: readonly string[],
  inputs: readonly string[],
  run: (tensors: NamedTensors) => Tensor,
  others: NamedTensors = {},
): NamedTensors {
  const names = [...inputs, ...Object.keys(others)];
  const weights = toTensor(file.array('lossWeights', 'y'));
  const where = file.names(...path).includes('inputs') ? [...path, 'inputs'] : ['inputs'];
  const { grads } = valueAndGrads((...tensors: Tensor[]) => {
    const y = run(Object.fromEntries(names.map((name, k) => [name, tensors[k]!])));
    expectClose(y, file.array(...path, 'y'), { rtol, label: file.label(...path, 'y') });
    return sum(mul(y, weights));
  })([...inputs.map((name) => toTensor(file.array(...where, name))), ...Object.values(others)]);
  inputs.forEach((name, k) => {
    const label = file.label(...path, 'gradients', name);
    expectClose(grads[k]!, file.array(...path, 'gradients', name), { rtol, label });
  });
  return Object.fromEntries(names.map((name, k) => [name, grads[k]!]));
}

/** Runs an update, compares it with the golden one, and gives the statistics after it. */
function expectUpdate(
  file: Golden,
  update: string,
  normalizer: Normalizer,
  statistics: NamedTensors,
): NamedTensors {
  const [time, batch] = file.array('lossWeights', 'y').shape as [number, number];
  const lengths = lengthsIn(file);
  const names = normalizer.measuredBackward ?? [];
  const pick = (tensors: NamedTensors): NamedTensors =>
    Object.fromEntries(names.map((name) => [name, tensors[name]!]));
  let measured: NamedTensors = {};
  const gradients = expectGradients(
    ...([file, [update], ['x', 'gain', 'shift']] as const),
    ({ x, gain, shift, ...controls }) => {
      const answer = normalizer.apply(
        x as Tensor3D,
        { gain: gain!, shift: shift! },
        { ...statistics, ...controls },
        { mode: 'batch', lengths },
      );
      // The tape frees what it does not return.
      measured = answer.measured!;
      for (const tensor of Object.values(measured)) keep(tensor);
      return answer.y;
    },
    pick(statistics),
  );
  const padded = paddedLengths('golden', lengths, { time, batch });
  const counts = measuredRows(normalizer, rowsOfEachStep({ time, batch }, padded));
  const next = normalizer.fold!(statistics, { ...measured, ...pick(gradients) }, counts);
  dispose(measured);
  for (const name of file.names(update, 'statistics')) {
    const label = file.label(update, 'statistics', name);
    expectClose(next[name]!, file.array(update, 'statistics', name), { rtol, label });
  }
  return next;
}

describe.each(testBackends())('PyTorch on %s', (backend) => {
  beforeAll(async () => {
    await startBackend(backend);
  });

  it.each([
    { name: 'groups1', groups: 1 },
    { name: 'groups4', groups: 4 },
    { name: 'masked', groups: 1, lengths: lengthsIn(rmsFile) },
  ])('rms, $name', ({ name, groups, lengths }) => {
    const normalizer = rms({ groups, epsilon: rmsFile.number('epsilon') });
    tidy(() => {
      expectGradients(rmsFile, ['cases', name], ['x', 'gain', 'shift'], ({ x, ...parameters }) => {
        return normalizer.apply(x as Tensor3D, parameters, {}, { mode: 'batch', lengths }).y;
      });
    });
  });

  it('weight', () => {
    tidy(() => {
      expectGradients(weightFile, ['case'], ['weights', 'gain'], ({ weights, ...parameters }) =>
        weight().mapWeights!(weights as Tensor2D, parameters, {}),
      );
    });
  });

  it.each([
    { name: 'renorm', file: renormFile, normalizer: renorm(settingsOf(renormFile)) },
    { name: 'online', file: onlineFile, normalizer: online(settingsOf(onlineFile)) },
  ])('$name: values, gradients and statistics, update by update', ({ file, normalizer }) => {
    tidy(() => {
      const features = file.array('lossWeights', 'y').shape[2] as number;
      let { statistics } = normalizer.init(features, { shift: true });
      for (const update of file.names().filter((name) => name.startsWith('update'))) {
        statistics = expectUpdate(file, update, normalizer, statistics);
      }
    });
  });
});
