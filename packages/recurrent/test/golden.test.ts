import { readFileSync } from 'node:fs';
import {
  bidirectional,
  exportPytorchWeights,
  gru,
  importPytorchWeights,
  lstm,
  rnn,
  type CellLayer,
  type Layer,
} from '@bnrnn/recurrent';
import { startBackend } from '@bnrnn/tensor-backend';
import { array64, expectClose, testBackends } from '@bnrnn/test-utils';
import {
  add,
  dispose,
  mul,
  stack,
  sum,
  tensor,
  unstack,
  variable,
  variableGrads,
  type Rank,
  type Scalar,
  type Tensor,
  type Variable,
} from '@tensorflow/tfjs-core';
import { beforeAll, describe, it } from 'vitest';
import { inOrder } from './layerRig';

interface Values {
  readonly shape: number[];
  readonly data: number[];
}

/** What `tools/golden/make_golden.py` writes of a recurrent module. */
interface Golden {
  readonly provenance: { readonly tool: string; readonly version: string; readonly script: string };
  readonly sizes: Record<'time' | 'batch' | 'features' | 'hidden' | 'layers', number>;
  readonly lengths?: Values;
  readonly inputs: { x: Values; hidden0: Values; cell0?: Values };
  readonly weights: Record<string, Values>;
  readonly outputs: Record<'output' | 'finalHidden' | 'finalCell', Values | undefined>;
  readonly lossWeights: Record<'output' | 'finalHidden' | 'finalCell', Values | undefined>;
  readonly loss: number;
  readonly gradients: Record<string, Values>;
}

const units = 5;
const cases: readonly { file: string; layer: CellLayer }[] = [
  { file: 'lstm', layer: lstm({ units, biases: 2 }) },
  { file: 'lstm', layer: lstm({ units, biases: 1 }) },
  { file: 'lstm-bidirectional', layer: lstm({ units, biases: 2 }) },
  { file: 'gru', layer: gru({ units, biases: 2 }) },
  { file: 'gru-bidirectional', layer: gru({ units, biases: 2 }) },
  { file: 'rnn-tanh', layer: rnn({ units, biases: 2 }) },
  { file: 'rnn-relu', layer: rnn({ units, biases: 2, activation: 'relu' }) },
];

describe.each(testBackends())("layers against PyTorch's values on %s", (backend) => {
  beforeAll(() => startBackend(backend));

  it.each(cases)('$file, $layer.spec.biases bias(es)', ({ file, layer: cell }) => {
    const golden = readGolden(file);
    const label = (what: string) => `${what} of ${file}, made by ${golden.provenance.script}`;
    const both = file.endsWith('bidirectional');
    const layer = both ? bidirectional(cell) : cell;
    const layers = Array.from({ length: golden.sizes.layers }, () => layer);
    const spec = { layers: layers.map((each) => each.spec) };
    const together = inOrder(layers);
    const parameters = together.parameters({
      path: 'layers',
      inputs: golden.sizes.features,
      initializer: { kind: 'zeros' },
      seed: 1,
    });
    importPytorchWeights({ spec, parameters }, weightsOf(golden.weights));

    const { x, hidden0, cell0 } = golden.inputs;
    const inputs = {
      x: toVariable(x) as Variable<Rank.R3>,
      hidden0: toVariable(hidden0),
      cell0: cell0 && toVariable(cell0),
    };
    const lengths = golden.lengths && {
      time: golden.sizes.time,
      each: Int32Array.from(golden.lengths.data),
    };
    const run = () =>
      toPytorch(
        together.apply(inputs.x, fromPytorch(inputs.hidden0, inputs.cell0), {
          path: 'layers',
          parameters,
          statistics: new Map(),
          mode: 'batch',
          lengths,
        }),
        cell.stateSize,
      );

    const outputs = run();
    const variables = [...parameters.values(), inputs.x, inputs.hidden0, inputs.cell0];
    const { value, grads } = variableGrads(
      () => weighted(run(), golden.lossWeights),
      variables.filter((variable) => variable !== undefined),
    );
    for (const [name, output] of Object.entries(outputs)) {
      const expected = golden.outputs[name as keyof Golden['outputs']]!;
      expectClose(output, expected, { label: label(name) });
    }
    expectClose(value, golden.loss, { label: label('loss') });

    const gradients = new Map(
      [...parameters].map(([path, { name }]) => [path, grads[name] as Variable]),
    );
    const byName = exportPytorchWeights({ spec, parameters: gradients });
    for (const [name, gradient] of byName) {
      // One bias is the sum of the two, so its gradient is that of either.
      if (cell.spec.biases === 1 && name.startsWith('bias_hh')) continue;
      expectClose(gradient, golden.gradients[name]!, { rtol: 1e-5, label: label(`d ${name}`) });
    }
    for (const [name, variable] of Object.entries(inputs)) {
      if (variable === undefined) continue;
      const expected = golden.gradients[name]!;
      expectClose(grads[variable.name]!, expected, { rtol: 1e-5, label: label(`d ${name}`) });
    }
  });
});

function readGolden(file: string): Golden {
  const url = new URL(`golden/${file}.json`, import.meta.url);
  return JSON.parse(readFileSync(url, 'utf8')) as Golden;
}

function weightsOf(values: Golden['weights']) {
  return new Map(
    Object.entries(values).map(([name, { shape, data }]) => [
      name,
      { shape, data: Float32Array.from(data) },
    ]),
  );
}

function toVariable({ shape, data }: Values): Variable {
  const start = tensor(Float32Array.from(array64(shape, data).data), shape);
  const made = variable(start);
  dispose(start);
  return made;
}

/** PyTorch's [layers·directions, batch, units] as our flat state: hidden, cell, hidden, cell, ... */
function fromPytorch(hidden0: Tensor, cell0: Tensor | undefined): Tensor[] {
  const [hidden, cell] = [unstack(hidden0), cell0 === undefined ? [] : unstack(cell0)];
  return hidden.flatMap((tensor, k) => (cell[k] === undefined ? [tensor] : [tensor, cell[k]]));
}

function toPytorch(
  { hidden, state }: ReturnType<Layer['apply']>,
  stateSize: number,
): Partial<Record<keyof Golden['outputs'], Tensor>> {
  const part = (k: number) => stack(state.filter((_, i) => i % stateSize === k));
  const finalCell = stateSize === 2 ? { finalCell: part(1) } : {};
  return { output: hidden, finalHidden: part(0), ...finalCell };
}

function weighted(outputs: ReturnType<typeof toPytorch>, weights: Golden['lossWeights']): Scalar {
  return Object.entries(outputs)
    .map(([name, output]) => {
      const { shape, data } = weights[name as keyof typeof weights]!;
      return sum(mul(output, tensor(Float32Array.from(data), shape)));
    })
    .reduce((total, term) => add(total, term)) as Scalar;
}
