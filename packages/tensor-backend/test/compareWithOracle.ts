import {
  centralDifferences,
  expectClose,
  expectNoLeak,
  toTensor,
  weightedSum,
  weightedSumOfTensors,
  type Array64,
} from '@bnrnn/test-utils';
import { dispose, grads, tidy, type Tensor } from '@tensorflow/tfjs-core';

type Arrays = Readonly<Record<string, Array64>>;
type Tensors<Inputs extends Arrays> = { [Name in keyof Inputs]: Tensor };

/** An op, its oracle and the inputs that it is differentiated by. */
export interface Comparison<Inputs extends Arrays> {
  label: string;
  inputs: Inputs;
  /** The op under test: its differentiable outputs, in order. */
  op: (inputs: Tensors<Inputs>) => readonly Tensor[];
  /** The same outputs in float64. */
  oracle: (inputs: Inputs) => readonly Array64[];
  /** Looser where a comment at the call says why. */
  gradientTolerance?: number;
}

/**
 * Compares an op with its oracle: every output (rtol 1e-5), the gradient by every input of a
 * weighted sum of all outputs (rtol 1e-4 against float64 central differences), and what both leave
 * behind in memory.
 */
export function compareWithOracle<Inputs extends Arrays>(comparison: Comparison<Inputs>): void {
  const { label, inputs, op, oracle, gradientTolerance = 1e-4 } = comparison;
  const names = Object.keys(inputs);
  const tensors = Object.values(inputs).map((input) => toTensor(input));
  const byName = (list: readonly Tensor[]): Tensors<Inputs> =>
    Object.fromEntries(names.map((name, i) => [name, list[i]])) as Tensors<Inputs>;

  const actual = op(byName(tensors));
  oracle(inputs).forEach((expected, k) => {
    expectClose(actual[k] as Tensor, expected, { label: `${label}, output ${k}` });
  });
  dispose([...actual]);
  expectNoLeak(() => op(byName(tensors)));

  const gradient = (): Tensor[] =>
    grads((...list: Tensor[]) => weightedSumOfTensors(...op(byName(list))))(tensors);
  const expected = centralDifferences((moved: Inputs) => weightedSum(...oracle(moved)), inputs);
  gradient().forEach((tensor, i) => {
    const name = names[i] as string;
    const wanted = expected[name] as Array64;
    expectClose(tensor, wanted, {
      rtol: gradientTolerance,
      label: `${label}, gradient by ${name}`,
    });
    tensor.dispose();
  });
  expectNoLeak(gradient);
  dispose(tensors);
}

/** The gradient of the weighted sum of one output, for tests that vary what no gradient sees. */
export function gradientsOf(
  op: (...inputs: Tensor[]) => readonly Tensor[],
  inputs: readonly Tensor[],
): Tensor[] {
  return tidy(() =>
    grads((...list: Tensor[]) => weightedSumOfTensors(...op(...list)))([...inputs]),
  );
}
