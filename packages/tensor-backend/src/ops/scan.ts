import type { Lengths } from '@bnrnn/core';
import {
  add,
  concat,
  matMul,
  mul,
  ones,
  reshape,
  slice,
  sub,
  tidy,
  transpose,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
} from '@tensorflow/tfjs-core';
import { customOp } from './customOp';
import { paddingOf, type Padding } from './padding';
import type { ScanCell } from './scanCell';

export interface ScanOptions {
  projected: Tensor3D;
  recurrent: Tensor2D;
  recurrentBias: Tensor1D | undefined;
  states: readonly Tensor2D[];
  /** Undefined where nothing is padded. */
  lengths: Lengths | undefined;
  reverse: boolean;
  /** The cell's own parameters, e.g. peepholes. */
  parameters: readonly Tensor[];
  /** Makes the cell from its parameters: once for the forward pass, once for the backward pass. */
  cell: (parameters: readonly Tensor[]) => ScanCell;
}

/**
 * Runs a cell over all steps in plain tfjs ops, with a gradient of its own: the tape would keep
 * several full-size gradients for each step, and take time that grows with their square. The
 * gradient of U is one product over the rows of all steps.
 *
 * @returns hidden [time, batch, units] and the states after the scan's last step.
 */
export function scan(options: ScanOptions): { hidden: Tensor3D; states: Tensor2D[] } {
  const { projected, recurrent, recurrentBias, states, parameters } = options;
  const [time, batch] = projected.shape;
  const units = recurrent.shape[0];
  const bias = recurrentBias ? [recurrentBias] : [];
  const inputs = [projected, recurrent, ...states, ...bias, ...parameters];
  const all = customOp<Tensor3D>(inputs, (save) => {
    const run = forward(options);
    save([recurrent, ...parameters, ...run.states.flat(), ...run.kept.flat()]);
    return {
      value: reshape(concat([...run.outputs, ...(run.states.at(-1) ?? [])]), [-1, batch, units]),
      gradient: (dy, saved) => {
        const take = (count: number): Tensor2D[] => saved.splice(0, count) as Tensor2D[];
        const [u] = take(1) as [Tensor2D];
        const cell = options.cell(take(parameters.length));
        const perStep = (count: number, steps: number) =>
          Array.from({ length: steps }, () => take(count));
        const past = perStep(states.length, time + 1);
        const kept = perStep((run.kept[0] ?? []).length, time);
        return backward({ options, dy, u, cell, past, kept });
      },
    };
  });
  const state = (k: number): Tensor2D =>
    reshape(slice(all, [time + k, 0, 0], [1, batch, units]), [batch, units]);
  return {
    hidden: slice(all, [0, 0, 0], [time, batch, units]),
    states: states.map((_, k) => state(k)),
  };
}

interface ForwardRun {
  /** In the order of time. */
  outputs: Tensor2D[];
  /** In the order of the scan, from the initial states. */
  states: (readonly Tensor2D[])[];
  kept: Tensor2D[][];
}

function forward(options: ScanOptions): ForwardRun {
  const { projected, recurrent, recurrentBias } = options;
  const [time, batch, gates] = projected.shape;
  const cell = options.cell(options.parameters);
  const padding = options.lengths && paddingOf(options.lengths);
  const clean = padding ? padding.zero(projected) : projected;
  const x: Tensor2D = reshape(clean, [time * batch, gates]);
  const run: ForwardRun = { outputs: [], states: [options.states], kept: [] };
  for (const t of scanOrder(time, options.reverse)) {
    const before = run.states.at(-1) as readonly Tensor2D[];
    const { output, after, kept } = tidy(() => {
      const product: Tensor2D = matMul(before[0] as Tensor2D, recurrent);
      const u: Tensor2D = recurrentBias ? add(product, recurrentBias) : product;
      const step = cell.forward(slice(x, [t * batch, 0], [batch, gates]), u, before);
      const hidden = step.after[0] as Tensor2D;
      const here = paddedAt(options, padding, t);
      if (here === undefined) return { output: hidden, ...step };
      const silent: Tensor2D = mul(hidden, here);
      const after = step.after.map((next, k): Tensor2D => {
        const old = before[k] as Tensor2D;
        return add(mul(next, here), mul(old, sub(1, here)));
      });
      return { output: silent, after, kept: step.kept };
    });
    run.outputs[t] = output;
    run.states.push(after);
    run.kept.push(kept);
  }
  return run;
}

interface BackwardRun {
  options: ScanOptions;
  dy: Tensor3D;
  u: Tensor2D;
  cell: ScanCell;
  past: Tensor2D[][];
  kept: Tensor2D[][];
}

function backward({ options, dy, u, cell, past, kept }: BackwardRun): Tensor[] {
  const { projected, recurrentBias, states, reverse } = options;
  const [time, batch] = projected.shape;
  const units = u.shape[0];
  const dyAt = (row: number): Tensor2D =>
    reshape(slice(dy, [row, 0, 0], [1, batch, units]), [batch, units]);
  const order = scanOrder(time, reverse);
  const padding = options.lengths && paddingOf(options.lengths);
  const uT: Tensor2D = transpose(u);
  const dXs: Tensor2D[] = [];
  const dUs: Tensor2D[] = [];
  let dStates = states.map((_, k) => dyAt(time + k));

  for (let i = time - 1; i >= 0; i--) {
    const t = order[i] as number;
    const step = tidy(() => {
      const here = paddedAt(options, padding, t);
      const onReal = (g: Tensor2D): Tensor2D => (here ? mul(g, here) : g);
      const dAfter = dStates.map((g, k) => onReal(k === 0 ? add(g, dyAt(t)) : g));
      const past_ = { before: past[i] ?? [], after: past[i + 1] ?? [], kept: kept[i] ?? [] };
      const { dX, dU, dBefore } = cell.backward(dAfter, past_);
      const previous = dStates.map((g, k) => {
        const throughU: Tensor2D | undefined = k === 0 ? matMul(dU, uT) : undefined;
        const parts = [throughU, dBefore[k]];
        if (here) parts.push(mul(g, sub(1, here)));
        return sumOf(parts.filter((part) => part !== undefined));
      });
      return { dX, dU, previous };
    });
    for (const tensor of [...dStates, ...(kept[i] ?? [])]) tensor.dispose();
    dStates = step.previous;
    dXs[t] = step.dX;
    dUs[t] = step.dU;
  }

  const dX = concat(dXs);
  const dU = dXs.every((g, t) => g === dUs[t]) ? dX : concat(dUs);
  // State k of all rows in the order of time, `shift` steps after their own step began.
  const rowsOf = (k: number, shift: number): Tensor2D => {
    const list: Tensor2D[] = [];
    order.forEach((t, i) => (list[t] = past[i + shift]?.[k] as Tensor2D));
    return concat(list);
  };
  const dRecurrent = matMul(transpose(rowsOf(0, 0)), dU);
  // A product with ones: summing over the first axis makes tfjs's wasm transpose first.
  const dBias = recurrentBias ? [reshape(matMul(ones([1, time * batch]), dU), [-1])] : [];
  const dParameters =
    cell.parameterGradients?.({
      dX,
      before: (k) => rowsOf(k, 0),
      after: (k) => rowsOf(k, 1),
    }) ?? [];
  return [reshape(dX, projected.shape), dRecurrent, ...dStates, ...dBias, ...dParameters];
}

function sumOf(parts: readonly Tensor2D[]): Tensor2D {
  return parts.reduce((a, b): Tensor2D => add(a, b));
}

function scanOrder(time: number, reverse: boolean): number[] {
  return Array.from({ length: time }, (_, i) => (reverse ? time - 1 - i : i));
}

/** 1 for the real rows of a step, 0 for padded ones, [batch, 1]; undefined where all are real. */
function paddedAt(
  { lengths }: ScanOptions,
  padding: Padding | undefined,
  t: number,
): Tensor2D | undefined {
  return lengths?.each.some((length) => length <= t) ? padding?.column(t) : undefined;
}
