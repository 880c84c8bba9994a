import { lengthsAtStep, type Lengths } from '@bnrnn/core';
import {
  add,
  clone,
  mul,
  stack,
  sub,
  tanh,
  tensor2d,
  unstack,
  zeros,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
} from '@tensorflow/tfjs-core';
import { registerGradients } from '../gradients/registerGradients';
import { cellStep, type CellKind, type CellState, type InsidePlacement } from './cellSteps';
import { customOp } from './customOp';
import { fastTanh } from './fastTanh';
import { paddingOf } from './padding';
import { sharedProduct } from './sharedProduct';

/** The tensors of a scan beside its normalizers', as `scanOp` has them. */
export interface ScanTensors {
  readonly projected: Tensor3D;
  readonly recurrent: Tensor2D;
  readonly hidden0: Tensor2D;
  readonly recurrentBias?: Tensor1D | undefined;
  readonly peepholes?: Tensor2D | undefined;
  readonly cell0?: Tensor2D | undefined;
}

/** The plain values of a scan beside its normalizers'. */
export interface StepwiseSettings {
  readonly cell: CellKind;
  /** A vanilla RNN's; other cells ignore it. */
  readonly activation: 'tanh' | 'relu';
  readonly reverse: boolean;
  /** Undefined where nothing is padded. */
  readonly lengths: Lengths | undefined;
}

/** A step of a scan. */
export interface ScanStep {
  /** How many steps were taken before. */
  readonly index: number;
  /** Which rows are real, as lengths of 0 and 1; undefined where nothing of the scan is padded. */
  readonly lengths: Lengths | undefined;
}

/** Normalizes a value of a step, or gives it back where the placement has no normalizer. */
export type NormalizeStep = (placement: InsidePlacement, x: Tensor2D, step: ScanStep) => Tensor2D;

export interface StepwiseScanResult {
  readonly hidden: Tensor3D;
  readonly finalHidden: Tensor2D;
  /** Empty for a cell that has none. */
  readonly finalCell: Tensor2D;
}

/**
 * A scan in plain tfjs ops, one step of the cell after another. tfjs's tape differentiates it.
 *
 * A padded step carries the state on unchanged and gives zeros, whatever its input holds.
 *
 * @param normalize  called at each placement of each step; nothing is normalized when absent.
 */
export function stepwiseScan(
  { projected, recurrent, hidden0, recurrentBias, peepholes, cell0 }: ScanTensors,
  { cell, activation, reverse, lengths }: StepwiseSettings,
  normalize?: NormalizeStep,
): StepwiseScanResult {
  registerGradients();
  const inputs = unstack(lengths ? silenced(projected, lengths) : projected) as Tensor2D[];
  const bend = normalize === undefined ? fastTanh : tanh;
  const weights = { timesU: sharedProduct(recurrent), recurrentBias, peepholes, tanh: bend };
  const takeStep = cellStep(cell, activation);
  const hidden: Tensor2D[] = [];
  let state: CellState = cell0 === undefined ? [hidden0] : [hidden0, cell0];

  for (let index = 0; index < inputs.length; index++) {
    const t = reverse ? inputs.length - 1 - index : index;
    const step = { index, lengths: lengths && lengthsAtStep(lengths, t) };
    const next = takeStep(inputs[t] as Tensor2D, state, weights, (placement, x) =>
      normalize === undefined ? x : normalize(placement, x, step),
    );
    const { output, after } = step.lengths?.each.includes(0)
      ? carryPadding(step.lengths, state, next)
      : { output: next[0] as Tensor2D, after: next };
    hidden[t] = output;
    state = after;
  }

  const [finalHidden, finalCell = zeros([0, 0])] = state as [Tensor2D, Tensor2D?];
  return { hidden: stack(hidden) as Tensor3D, finalHidden, finalCell };
}

/** The inputs with zeros where padded. A padded step gives them the gradient 0 by itself. */
function silenced(x: Tensor3D, lengths: Lengths): Tensor3D {
  return customOp<Tensor3D>([x], () => ({
    value: paddingOf(lengths).zero(x),
    gradient: (dy) => [clone(dy)],
  }));
}

/** What a step gives where rows of it are padded. By products: `where` takes tfjs's wasm longer. */
function carryPadding(
  { each }: Lengths,
  before: CellState,
  next: CellState,
): { output: Tensor2D; after: CellState } {
  const real = tensor2d(Float32Array.from(each), [each.length, 1]);
  const padded = sub(1, real);
  const [output, ...others] = next.map((value): Tensor2D => mul(value, real)) as [
    Tensor2D,
    ...Tensor2D[],
  ];
  const after = [output, ...others].map((value, k): Tensor2D =>
    add(value, mul(before[k] as Tensor2D, padded)),
  );
  return { output, after };
}
