import { natural, type NamedTensors } from '@bnrnn/normalization';
import { startBackend } from '@bnrnn/tensor-backend';
import { expectClose, expectNoLeak, readGolden, testBackends, toTensor } from '@bnrnn/test-utils';
import {
  add,
  dispose,
  matMul,
  mul,
  reshape,
  slice,
  sum,
  valueAndGrads,
  type Rank,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
} from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';

const golden = readGolden(new URL('./golden/natural.json', import.meta.url));
const size = (name: string): number => golden.number('sizes', name);
const [time, batch, inputs, features] = ['time', 'batch', 'inputs', 'features'].map(size) as [
  number,
  number,
  number,
  number,
];
const normalizer = natural({ damping: golden.number('damping'), sampleEvery: 2 });
const given = (name: string): Tensor => toTensor(golden.array('inputs', name));
const lengths = [...golden.array('lengths').data];
const counts = Int32Array.from({ length: time }, (_, t) => lengths.filter((n) => n > t).length);

/** Statistics at their start, with the golden c and U. */
function statistics(): NamedTensors {
  const weights = given('weights') as Tensor2D;
  const start = normalizer.init(features, { shift: false, weights }).statistics;
  return {
    ...start,
    mean: reshape(given('mean'), [1, inputs]),
    matrix: reshape(given('matrix'), [1, inputs, inputs]),
  };
}

/** What a layer computes: x·(U·V) + (d − c·U·V). */
function outputs(v: Tensor2D, d: Tensor1D, kept: NamedTensors): Tensor {
  const rows = reshape<Rank.R2>(given('x'), [time * batch, inputs]);
  const product = matMul(rows, normalizer.mapWeights!(v, {}, kept));
  const y = add(product, add(d, normalizer.mapOffset!(v, {}, kept)));
  return reshape(y, [time, batch, features]);
}

describe.each(testBackends())('PyTorch on %s: whitened inputs', (backend) => {
  beforeAll(async () => {
    await startBackend(backend);
  });

  it('has its values and gradients', () => {
    const kept = statistics();
    const { grads } = valueAndGrads((v: Tensor, d: Tensor) => {
      const y = outputs(v as Tensor2D, d as Tensor1D, kept);
      expectClose(y, golden.array('y'), { label: 'y' });
      return sum(mul(y, toTensor(golden.array('lossWeights'))));
    })([given('weights'), given('bias')]);
    ['weights', 'bias'].forEach((name, k) => {
      expectClose(grads[k]!, golden.array('gradients', name), { rtol: 1e-4, label: name });
    });
  });

  it('estimates the input as it does, and computes the same afterwards', async () => {
    const kept = statistics();
    const [weights, bias] = [given('weights') as Tensor2D, given('bias') as Tensor1D];
    // The rows come in two mini-batches, before the steps 0 and 2.
    const halves = [
      { from: 0, width: 4, step: 0 },
      { from: 4, width: batch - 4, step: 2 },
    ];
    let gathered = kept;
    for (const { from, width, step } of halves) {
      const x = slice(given('x') as Tensor3D, [0, from], [time, width]);
      const own = lengths.slice(from, from + width);
      const found = normalizer.measureInput!(x, gathered, { step, lengths: own });
      const real = Int32Array.from(counts, (_, t) => own.filter((n) => n > t).length);
      gathered = normalizer.fold!(gathered, found!, real);
    }
    expect(normalizer.measureInput!(given('x') as Tensor3D, gathered, { step: 1 })).toBeUndefined();
    const held = { weights, bias, parameters: {}, statistics: gathered };
    expect(await normalizer.renew!(held, 2)).toBeUndefined();
    const next = (await normalizer.renew!(held, 100))!;
    const expected = (name: string) => golden.array('estimate', name);
    const tolerance = { rtol: 1e-4 };
    expectClose(next.weights!, expected('weights'), { ...tolerance, label: 'weights' });
    expectClose(next.bias!, expected('bias'), { ...tolerance, label: 'bias' });
    const { mean, matrix, ...sums } = next.statistics!;
    expectClose(reshape(mean!, [inputs]), expected('mean'), { ...tolerance, label: 'mean' });
    expectClose(reshape(matrix!, [inputs, inputs]), expected('matrix'), {
      ...tolerance,
      label: 'matrix',
    });
    for (const each of Object.values(sums))
      expect(each.dataSync().every((v) => v === 0)).toBe(true);
    expectClose(outputs(next.weights!, next.bias!, next.statistics!), golden.array('y'), {
      rtol: 1e-5,
    });
  });

  it('leaves what it returns', () => {
    const kept = statistics();
    const x = given('x') as Tensor3D;
    const v = given('weights') as Tensor2D;
    expectNoLeak(() => [normalizer.mapWeights!(v, {}, kept)]);
    expectNoLeak(() => [normalizer.mapOffset!(v, {}, kept)]);
    expectNoLeak(() => Object.values(normalizer.measureInput!(x, kept, { step: 0, lengths })!));
    const found = normalizer.measureInput!(x, kept, { step: 0, lengths })!;
    expectNoLeak(() => Object.values(normalizer.fold!(kept, found, counts)));
    dispose([kept, x, v, found]);
  });

  it('is refused where there is no product, and with statistics of another strategy', () => {
    expect(() => normalizer.init(4, { shift: true })).toThrow(
      'natural: the placement has no product, whose input can be whitened.',
    );
    expect(() => normalizer.mapWeights!(given('weights') as Tensor2D, {}, {})).toThrow(
      'natural.mapWeights: statistics.mean is missing.',
    );
  });
});
