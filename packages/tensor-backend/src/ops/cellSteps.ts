import {
  add,
  mul,
  relu,
  sigmoid,
  split,
  sub,
  unstack,
  type Tensor1D,
  type Tensor2D,
} from '@tensorflow/tfjs-core';

/** The kinds of cell that a scan repeats. */
export type CellKind = 'lstm' | 'gru' | 'rnn';

/** How many gates a cell has: h·U is as many times as wide as h. */
export const gateCounts = { lstm: 4, gru: 3, rnn: 1 } as const;

/** Where a normalizer may stand inside a recurrence, in the order in which a step comes there. */
export const insidePlacements = ['hiddenToHidden', 'preActivation', 'cell'] as const;
export type InsidePlacement = (typeof insidePlacements)[number];

/** Normalizes a value of the step, or gives it back where the placement has no normalizer. */
type NormalizeAt = (placement: InsidePlacement, x: Tensor2D) => Tensor2D;

/** What one step of a cell reads besides its input and state, and its tanh. */
interface StepWeights {
  /** h·U: float32 [batch, units] -> [batch, gates·units] */
  readonly timesU: (h: Tensor2D) => Tensor2D;
  /** float32 [gates·units] */
  readonly recurrentBias: Tensor1D | undefined;
  /** float32 [3, units]: of the input, forget and output gate */
  readonly peepholes: Tensor2D | undefined;
  readonly tanh: (x: Tensor2D) => Tensor2D;
}

/** [hidden] or [hidden, cell], float32 [batch, units] each. */
export type CellState = readonly Tensor2D[];

/** One step: x is W·x with its bias, float32 [batch, gates·units]. */
export type CellStep = (
  x: Tensor2D,
  state: CellState,
  weights: StepWeights,
  normalize: NormalizeAt,
) => CellState;

/**
 * One step of an LSTM, normalized at N₁ (h·U), N₂ (the sum) and N₃ (the cell).
 *
 *   i, f, g, o = N₂(x + N₁(h·U)) + b
 *   c' = σ(f + p_f·c) · c + σ(i + p_i·c) · tanh(g)      h' = σ(o + p_o·c') · tanh(N₃(c'))
 *
 * @see docs/paper-map.md#recurrent-networks; Cooijmans et al. 2016, eqs. 6 to 8 (recalled).
 */
const lstmStep: CellStep = (x, [h, c], weights, normalize) => {
  const [hidden, cell] = [h as Tensor2D, c as Tensor2D];
  const sum = preActivation(x, hidden, weights, normalize);
  const [i, f, g, o] = split(sum, 4, 1) as [Tensor2D, Tensor2D, Tensor2D, Tensor2D];
  const { tanh } = weights;
  const [pI, pF, pO] = weights.peepholes === undefined ? [] : unstack(weights.peepholes);
  const sees = (gate: Tensor2D, of: Tensor2D, peephole?: Tensor1D): Tensor2D =>
    sigmoid(peephole === undefined ? gate : add(gate, mul(of, peephole)));

  const kept = mul(sees(f, cell, pF as Tensor1D | undefined), cell);
  const written = mul(sees(i, cell, pI as Tensor1D | undefined), tanh(g));
  const nextCell: Tensor2D = add(kept, written);
  const output = sees(o, nextCell, pO as Tensor1D | undefined);
  return [mul(output, tanh(normalize('cell', nextCell))), nextCell];
};

/** One step of a vanilla RNN: h' = φ(N₂(x + N₁(h·U)) + b), φ = tanh or relu. */
function rnnStep(activation: 'tanh' | 'relu'): CellStep {
  return (x, [h], weights, normalize) => {
    const sum = preActivation(x, h as Tensor2D, weights, normalize);
    return [activation === 'tanh' ? weights.tanh(sum) : relu(sum)];
  };
}

/**
 * One step of a GRU, PyTorch's form: the reset gate scales the candidate's recurrent term.
 *
 *   r, z = σ(x_rz + (N₁(h·U) + b)_rz)   n = tanh(x_n + r·(N₁(h·U) + b)_n)   h' = (1 − z)·n + z·h
 */
const gruStep: CellStep = (x, [h], weights, normalize) => {
  const hidden = h as Tensor2D;
  const [xR, xZ, xN] = split(x, 3, 1) as [Tensor2D, Tensor2D, Tensor2D];
  const recurrent = withBias(normalize('hiddenToHidden', weights.timesU(hidden)), weights);
  const [hR, hZ, hN] = split(recurrent, 3, 1) as [Tensor2D, Tensor2D, Tensor2D];
  const reset = sigmoid(add(xR, hR));
  const update = sigmoid(add(xZ, hZ));
  const candidate = weights.tanh(add(xN, mul(reset, hN)));
  return [add(candidate, mul(update, sub(hidden, candidate)))];
};

/** The step of a kind of cell; the activation is a vanilla RNN's. */
export function cellStep(cell: CellKind, activation: 'tanh' | 'relu'): CellStep {
  if (cell === 'lstm') return lstmStep;
  return cell === 'gru' ? gruStep : rnnStep(activation);
}

/** N₂(x + N₁(h·U)) + b: the bias stays outside of what is normalized, which would take it away. */
function preActivation(
  x: Tensor2D,
  hidden: Tensor2D,
  weights: StepWeights,
  normalize: NormalizeAt,
): Tensor2D {
  const term = normalize('hiddenToHidden', weights.timesU(hidden));
  return withBias(normalize('preActivation', add(x, term)), weights);
}

function withBias(sum: Tensor2D, { recurrentBias }: StepWeights): Tensor2D {
  return recurrentBias === undefined ? sum : add(sum, recurrentBias);
}
