import { randomStream } from '@bnrnn/core';
import { batchNorm, type Measured, type NamedTensors } from '@bnrnn/normalization';
import type { SequenceModel, State } from '@bnrnn/recurrent';
import { dropout, embedding } from '@bnrnn/tensor-backend';
import {
  add,
  concat,
  dispose,
  matMul,
  reshape,
  slice,
  tanh,
  tensor,
  tidy,
  variable,
  zeros,
  type Rank,
  type Tensor2D,
  type Tensor3D,
  type Variable,
} from '@tensorflow/tfjs-core';

export interface TinyModelOptions {
  readonly vocabulary?: number;
  readonly units?: number;
  readonly seed?: number;
  readonly dropout?: number;
  /** Called with the number of the forward pass, counted from 0, in the middle of it. */
  readonly onForward?: (count: number) => void;
}

/**
 * A recurrent language model in a few tfjs ops, with frame-wise batch normalization, dropout and a
 * carried state: h = tanh(BN(E[id]) + h·U). The tests of training use it where they need a model
 * that can be made to fail.
 */
export function tinyModel(options: TinyModelOptions = {}): SequenceModel {
  const { vocabulary = 11, units = 6, seed = 1, dropout: rate = 0, onForward } = options;
  const normalizer = batchNorm({ over: 'frame', gain: 0.9 });
  const parameter = (path: string, shape: number[]): [string, Variable] => {
    const size = shape.reduce((a, b) => a * b, 1);
    const start = tensor(randomStream(path, seed).uniform(size, -0.5, 0.5), shape);
    const made = variable(start);
    start.dispose();
    return [path, made];
  };
  const start = normalizer.init(units, { shift: true });
  const trained = Object.entries(start.parameters).map(([name, value]): [string, Variable] => {
    const made = variable(value);
    value.dispose();
    return [name, made];
  });
  const parameters = new Map<string, Variable>([
    parameter('embedding', [vocabulary, units]),
    ...trained.map(([name, made]): [string, Variable] => [`normalize.${name}`, made]),
    parameter('recurrent', [units, units]),
    parameter('softmax.weights', [units, vocabulary]),
    parameter('softmax.bias', [vocabulary]),
  ]);
  const get = (path: string): Variable => parameters.get(path)!;
  let statistics: ReadonlyMap<string, NamedTensors> = new Map([['normalize', start.statistics]]);
  const free = (all: ReadonlyMap<string, NamedTensors>): void => {
    for (const each of all.values()) dispose(each);
  };
  let count = 0;

  return {
    spec: {
      kind: 'languageModel',
      unit: 'word',
      vocabulary,
      embedding: units,
      layers: [],
      dropout: rate,
      initializer: { kind: 'uniform', range: 0.5 },
    },
    unit: 'word',
    parameters,
    parameterCount: [...parameters.values()].reduce((sum, { size }) => sum + size, 0),
    normalizers: new Map([['normalize', normalizer]]),
    get statistics() {
      return statistics;
    },
    renew: () => Promise.resolve([]),
    setStatistics(next) {
      free(statistics);
      statistics = next;
    },
    initialState: (batch) => [zeros([batch, units])],
    forward(inputs, state, { mode, training, step, statistics: given = statistics }) {
      if (!('ids' in inputs)) throw new Error('tinyModel: words only');
      const { ids, time, batch } = inputs;
      const out = tidy(() => {
        const x: Tensor3D = reshape(embedding({ table: get('embedding') as Tensor2D, ids }), [
          time,
          batch,
          units,
        ]);
        const { y, measured } = normalizer.apply(
          x,
          Object.fromEntries(trained),
          given.get('normalize')!,
          { mode },
        );
        onForward?.(count++);
        let h = state[0] as Tensor2D;
        const hs: Tensor2D[] = [];
        for (let t = 0; t < time; t++) {
          const now: Tensor2D = reshape(slice(y, [t, 0, 0], [1, batch, units]), [batch, units]);
          h = tanh(add(now, matMul(h, get('recurrent') as Tensor2D)));
          hs.push(h);
        }
        const all = concat(hs, 0);
        const { key } = randomStream('dropout.0', 1);
        const hidden = training && rate > 0 ? dropout({ x: all, rate, key, step }) : all;
        return { hidden, h, ...(measured === undefined ? {} : { measured }) };
      });
      return {
        hidden: out.hidden,
        head: {
          weights: get('softmax.weights') as Variable<Rank.R2>,
          bias: get('softmax.bias'),
          transposed: false,
        },
        state: [out.h] as State,
        measured: new Map<string, Measured>(
          out.measured
            ? [['normalize', { tensors: out.measured, counts: new Int32Array(time).fill(batch) }]]
            : [],
        ),
      };
    },
    apply: () => {
      throw new Error('not needed');
    },
    step: () => {
      throw new Error('not needed');
    },
    fold: () => {
      throw new Error('not needed');
    },
    dispose() {
      for (const each of parameters.values()) each.dispose();
      free(statistics);
    },
  };
}
