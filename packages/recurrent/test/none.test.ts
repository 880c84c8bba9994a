import { none } from '@bnrnn/normalization';
import { bidirectional, gru, lstm, rnn, type Layer } from '@bnrnn/recurrent';
import { gruScan, lstmScan, product, rnnScan, startBackend } from '@bnrnn/tensor-backend';
import { testBackends, weightedSumOfTensors } from '@bnrnn/test-utils';
import {
  add,
  reshape,
  variableGrads,
  type Rank,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
} from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { layerArrays, layerVariables, path } from './layerRig';

const [time, batch, inputs, units] = [7, 4, 3, 6];
const sizes = { inputs, time, batch, seed: 5 };
const everywhere = {
  inputToHidden: none(),
  hiddenToHidden: none(),
  preActivation: none(),
  cell: none(),
};

/** The plain cell, from the ops alone. */
function plain(kind: 'lstm' | 'rnn' | 'gru', at: (name: string) => Tensor): Tensor[] {
  const x = reshape<Rank.R2>(at('x'), [time * batch, inputs]);
  const rows = product(x, at(`${path}.input`) as Tensor2D);
  const gates = rows.shape[1];
  const projected = add<Tensor3D>(reshape(rows, [time, batch, gates]), at(`${path}.bias`));
  const shared = {
    projected,
    recurrent: at(`${path}.recurrent`) as Tensor2D,
    recurrentBias: at(`${path}.recurrentBias`) as Tensor1D,
    hidden0: at('state.0') as Tensor2D,
  };
  if (kind === 'lstm') {
    const cell0 = at('state.1') as Tensor2D;
    const { hidden, finalHidden, finalCell } = lstmScan({ ...shared, cell0 });
    return [hidden, finalHidden, finalCell];
  }
  const { hidden, finalHidden } =
    kind === 'gru' ? gruScan(shared) : rnnScan({ ...shared, activation: 'tanh' });
  return [hidden, finalHidden];
}

describe.each(testBackends())('a layer without normalization on %s', (backend) => {
  beforeAll(() => startBackend(backend));

  it.each([
    ['lstm', lstm({ units, biases: 2, normalize: everywhere })],
    ['rnn', rnn({ units, biases: 2, normalize: everywhere })],
    ['gru', gru({ units, biases: 2, normalize: everywhere })],
  ] as const)('%s with none() everywhere is the plain cell, bit for bit', (kind, layer) => {
    const { all, run } = layerVariables(layer, layerArrays(layer, sizes));
    const at = (name: string) => all[name] as unknown as Tensor;
    const outputs = (): Tensor[] => {
      const { hidden, state } = run({ statistics: new Map(), mode: 'batch' });
      return [hidden, ...state];
    };
    const bits = (compute: () => Tensor[]) => {
      const { value, grads } = variableGrads(
        () => weightedSumOfTensors(...compute()),
        Object.values(all),
      );
      const gradients = Object.values(all).map(({ name }) => grads[name]!);
      return [...compute(), value, ...gradients].map((tensor) => tensor.dataSync());
    };
    expect(bits(outputs)).toEqual(bits(() => plain(kind, at)));
  });

  it('none() leaves no trace in the spec and the parameters', () => {
    const place = { path, inputs, initializer: { kind: 'zeros' }, seed: 1 } as const;
    const names = (layer: Layer) => [...layer.parameters(place).keys()];
    const [treated, untreated] = [lstm({ units, normalize: everywhere }), lstm({ units })];
    expect(treated.spec).toEqual(untreated.spec);
    expect(names(treated)).toEqual(names(untreated));
    expect(names(bidirectional(treated))).toEqual(names(bidirectional(untreated)));
  });
});
