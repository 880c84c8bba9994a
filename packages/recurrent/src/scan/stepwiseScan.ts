import { lengthsAtStep, type Lengths } from '@bnrnn/core';
import { normalizerFromSpec, type Moments, type Normalizer } from '@bnrnn/normalization';
import type {
  normalizedScanOp,
  NormalizedScanAttributes,
  OpInputs,
  OpOutputs,
} from '@bnrnn/tensor-backend';
import {
  concat,
  stack,
  tensor2d,
  unstack,
  where,
  zeros,
  zerosLike,
  type Tensor2D,
  type Tensor3D,
} from '@tensorflow/tfjs-core';
import { insidePlacements, type Placement } from '../layers/layerSpec';
import type { PlacementNormalizers } from '../layers/placedNormalizers';
import {
  gruStep,
  lstmStep,
  rnnStep,
  type CellState,
  type CellStep,
  type NormalizeAt,
  type StepWeights,
} from './cellSteps';

type Inputs = OpInputs<typeof normalizedScanOp>;

/**
 * The fallback of `normalizedScan`: one cell step after another in plain tfjs ops.
 *
 * A padded step carries the state on unchanged and gives zeros.
 */
export function stepwiseScan(
  inputs: Inputs,
  attributes: NormalizedScanAttributes,
  objects: PlacementNormalizers,
): OpOutputs<typeof normalizedScanOp> {
  const x = unstack(inputs.projected) as Tensor2D[];
  const step = cellStep(attributes);
  const weights = stepWeights(inputs);
  const normalizers = placedInside(inputs, attributes, objects);
  const measured: Moments[] = [];
  const hidden: Tensor2D[] = [];
  let state = (
    inputs.cell0 === undefined ? [inputs.hidden0] : [inputs.hidden0, inputs.cell0]
  ) as CellState;

  for (let s = 0; s < x.length; s++) {
    const t = attributes.reverse ? x.length - 1 - s : s;
    const lengths = attributes.lengths && lengthsAtStep(attributes.lengths, t);
    const moments: Partial<Record<Placement, Moments>> = {};
    const normalize: NormalizeAt = (placement, value) => {
      const normalizer = normalizers.get(placement);
      if (normalizer === undefined) return value;
      const result = normalizer(value, attributes.firstStep + s, lengths);
      if (result.moments !== undefined) moments[placement] = result.moments;
      return result.y;
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
    measured.push(...sideBySide(moments));
  }

  return {
    hidden: stack(hidden) as Tensor3D,
    finalHidden: state[0] as Tensor2D,
    finalCell: state[1] ?? zeros([0, 0]),
    mean: rowsOf(measured.map(({ mean }) => mean)),
    variance: rowsOf(measured.map(({ variance }) => variance)),
  };
}

function cellStep({ cell, activation }: NormalizedScanAttributes): CellStep {
  if (cell === 'lstm') return lstmStep;
  return cell === 'gru' ? gruStep : rnnStep(activation);
}

function stepWeights({ recurrent, recurrentBias, peepholes }: Inputs): StepWeights {
  return {
    recurrent: recurrent,
    ...(recurrentBias === undefined ? {} : { recurrentBias: recurrentBias }),
    ...(peepholes === undefined ? {} : { peepholes: peepholes }),
  };
}

type NormalizeStep = (
  value: Tensor2D,
  step: number,
  lengths: Lengths | undefined,
) => ReturnType<Normalizer['applyStep']>;

/** Each placement's normalizer with its parameters and statistics filled in. */
function placedInside(
  inputs: Inputs,
  { normalize, mode }: NormalizedScanAttributes,
  objects: PlacementNormalizers,
): Map<Placement, NormalizeStep> {
  const placed = new Map<Placement, NormalizeStep>();
  for (const placement of insidePlacements) {
    const spec = normalize[placement];
    if (spec === undefined) continue;
    const normalizer = objects[placement] ?? normalizerFromSpec(spec);
    const gain = inputs[`${placement}Gain`];
    const shift = inputs[`${placement}Shift`];
    const mean = inputs[`${placement}Mean`];
    const variance = inputs[`${placement}Variance`];
    const parameters = { ...(gain && { gain }), ...(shift && { shift }) };
    placed.set(placement, (value, step, lengths) => {
      const statistics =
        mean === undefined || variance === undefined
          ? normalizer.statistics(value.shape[1])
          : { mean, variance };
      return normalizer.applyStep(value, parameters, statistics, { mode, step, lengths });
    });
  }
  return placed;
}

/** The moments of one step with the placements' features side by side; none where none are. */
function sideBySide(moments: Partial<Record<Placement, Moments>>): Moments[] {
  const found = insidePlacements.flatMap((placement) => moments[placement] ?? []);
  const [first] = found;
  if (first === undefined) return [];
  return [
    {
      mean: concat(
        found.map(({ mean }) => mean),
        1,
      ),
      variance: concat(
        found.map(({ variance }) => variance),
        1,
      ),
      rows: first.rows,
    },
  ];
}

function rowsOf(steps: readonly Tensor2D[]): Tensor2D {
  return steps.length === 0 ? zeros([0, 0]) : concat([...steps]);
}
