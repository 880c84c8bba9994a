import { lengthsAtStep } from '@bnrnn/core';
import type { NamedTensors, Normalizer, Ranks } from '@bnrnn/normalization';
import type { scanOp, ScanAttributes, OpInputs, OpOutputs } from '@bnrnn/tensor-backend';
import {
  concat,
  expandDims,
  squeeze,
  stack,
  tensor2d,
  unstack,
  where,
  zeros,
  zerosLike,
  type Tensor,
  type Tensor2D,
  type Tensor3D,
} from '@tensorflow/tfjs-core';
import { insidePlacements, type InsidePlacement } from '../layers/layerSpec';
import {
  gruStep,
  lstmStep,
  rnnStep,
  type CellState,
  type CellStep,
  type NormalizeAt,
  type StepWeights,
} from './cellSteps';

/** The tensors of a scan beside its normalizers'. */
export type ScanTensors = Pick<
  OpInputs<typeof scanOp>,
  'projected' | 'recurrent' | 'hidden0' | 'recurrentBias' | 'peepholes' | 'cell0'
>;

/** The plain values of a scan. */
export type ScanSettings = Omit<ScanAttributes, 'normalize'>;

/** The normalizers inside the recurrence, each with what it trains and its statistics. */
export type NormalizersInside = Readonly<
  Partial<
    Record<
      InsidePlacement,
      {
        readonly normalizer: Normalizer;
        readonly parameters: NamedTensors;
        readonly statistics: NamedTensors;
      }
    >
  >
>;

/** What was measured of all steps, in the order in which they were taken. */
export type MeasuredInside = Partial<Record<InsidePlacement, NamedTensors>>;

/**
 * The fallback of `normalizedScan`: one cell step after another in plain tfjs ops.
 *
 * A padded step carries the state on unchanged and gives zeros.
 */
export function stepwiseScan(
  inputs: ScanTensors,
  settings: ScanSettings,
  normalizers: NormalizersInside,
  collective: Ranks | undefined,
): Pick<OpOutputs<typeof scanOp>, 'hidden' | 'finalHidden' | 'finalCell'> & {
  measured: MeasuredInside;
} {
  const { mode, firstStep, reverse } = settings;
  const x = unstack(inputs.projected) as Tensor2D[];
  const step = cellStep(settings);
  const weights = stepWeights(inputs);
  const measured: Partial<Record<InsidePlacement, NamedTensors[]>> = {};
  const hidden: Tensor2D[] = [];
  let state = (
    inputs.cell0 === undefined ? [inputs.hidden0] : [inputs.hidden0, inputs.cell0]
  ) as CellState;

  for (let s = 0; s < x.length; s++) {
    const t = reverse ? x.length - 1 - s : s;
    const lengths = settings.lengths && lengthsAtStep(settings.lengths, t);
    const normalize: NormalizeAt = (placement, value) => {
      const placed = normalizers[placement];
      if (placed === undefined) return value;
      const { normalizer, parameters, statistics } = placed;
      const options = { mode, lengths, firstStep: firstStep + s, collective };
      const result = normalizer.apply(expandDims(value, 0), parameters, statistics, options);
      if (result.measured !== undefined) (measured[placement] ??= []).push(result.measured);
      return squeeze<Tensor2D>(result.y, [0]);
    };
    const next = step(x[t] as Tensor2D, state, weights, normalize);
    if (lengths === undefined) {
      state = next;
      hidden[t] = next[0] as Tensor2D;
    } else {
      const real = tensor2d(lengths.each, [lengths.each.length, 1], 'bool');
      hidden[t] = where(real, next[0] as Tensor2D, zerosLike(next[0] as Tensor2D));
      const before = state;
      state = next.map((value, k) => where(real, value, before[k] as Tensor2D));
    }
  }

  return {
    hidden: stack(hidden) as Tensor3D,
    finalHidden: state[0] as Tensor2D,
    finalCell: state[1] ?? zeros([0, 0]),
    measured: Object.fromEntries(
      insidePlacements.flatMap((placement) => {
        const steps = measured[placement];
        return steps === undefined ? [] : [[placement, inTimeOrder(steps)]];
      }),
    ),
  };
}

function cellStep({ cell, activation }: ScanSettings): CellStep {
  if (cell === 'lstm') return lstmStep;
  return cell === 'gru' ? gruStep : rnnStep(activation);
}

function stepWeights({ recurrent, recurrentBias, peepholes }: ScanTensors): StepWeights {
  return {
    recurrent: recurrent,
    ...(recurrentBias === undefined ? {} : { recurrentBias: recurrentBias }),
    ...(peepholes === undefined ? {} : { peepholes: peepholes }),
  };
}

/** What single steps measured, one under the other. */
function inTimeOrder(steps: readonly NamedTensors[]): NamedTensors {
  return Object.fromEntries(
    Object.keys(steps[0] ?? {}).map((name) => [
      name,
      concat(steps.map((step) => step[name] as Tensor)),
    ]),
  );
}
