import { expectNumber } from '@bnrnn/core';
import {
  add,
  div,
  mul,
  sqrt,
  square,
  sub,
  type Scalar,
  type Tensor,
  type Variable,
} from '@tensorflow/tfjs-core';
import { defineOp } from '../dispatch/defineOp';
import { runOp } from '../dispatch/runOp';
import { assignNew, expectSameLists, withClip } from './optimizerLists';

/** See `adamStep`; called once for each variable, writes in place and gives nothing. */
export const adamStepOp = defineOp<{
  learningRate: number;
  beta1: number;
  beta2: number;
  epsilon: number;
  step: number;
  scale: number;
}>()({
  name: 'adamStep',
  inputs: {
    variable: '...',
    gradient: '...',
    firstMoment: '...',
    secondMoment: '...',
    clip: '...',
  },
  optional: {},
  outputs: {},
  constants: ['variable', 'gradient', 'firstMoment', 'secondMoment', 'clip'],
  fallback(inputs, { learningRate, beta1, beta2, epsilon, step, scale }) {
    const { variable, gradient, firstMoment, secondMoment, clip } = inputs;
    const rate = learningRate / (1 - beta1 ** step);
    const correction = 1 - beta2 ** step;
    assignNew(firstMoment, clip, () =>
      add(mul(firstMoment, beta1), mul(gradient, mul(clip, (1 - beta1) * scale))),
    );
    assignNew(secondMoment, clip, () => {
      const factor = mul(square(clip), (1 - beta2) * scale * scale);
      return add(mul(secondMoment, beta2), mul(square(gradient), factor));
    });
    assignNew(variable, clip, () => {
      const deviation = add(sqrt(div(secondMoment, correction)), epsilon);
      return sub(variable, div(mul(firstMoment, rate), deviation));
    });
    return {};
  },
});

export interface AdamStepOptions {
  variables: readonly Variable[];
  gradients: readonly Tensor[];
  firstMoments: readonly Variable[];
  secondMoments: readonly Variable[];
  learningRate: number;
  beta1: number;
  beta2: number;
  epsilon: number;
  /** Number of this step, from 1. */
  step: number;
  scale?: number | undefined;
  clip?: Scalar | undefined;
}

/**
 * One step of Adam, in place.
 *
 *   g ← scale·clip·g     m ← β₁·m + (1 − β₁)·g     s ← β₂·s + (1 − β₂)·g²
 *   v ← v − learningRate·(m / (1 − β₁^step)) / (sqrt(s / (1 − β₂^step)) + epsilon)
 *
 * @param options.variables      float32 variables of any shapes; changed.
 * @param options.gradients      float32, like the variables; not freed.
 * @param options.firstMoments   float32 variables m, like the variables; changed.
 * @param options.secondMoments  float32 variables s, like the variables; changed.
 * @param options.step           number of this step, from 1.
 * @param options.scale          factor of every gradient that is known beforehand, e.g. 1 / batch; 1 when absent.
 * @param options.clip          float32 scalar, factor of every gradient that the device computed, see `clipFactor`; 1
 *   when absent. Where it is 0, nothing changes.
 * @throws ShapeError when the lists disagree; UsageError for a step below 1.
 * @see Kingma, Ba 2015, algorithm 1.
 */
export function adamStep(options: AdamStepOptions): void {
  const { variables, gradients, firstMoments, secondMoments, clip: given, ...rest } = options;
  const attributes = { ...rest, scale: rest.scale ?? 1 };
  expectSameLists('adamStep', variables, { gradients, firstMoments, secondMoments });
  expectNumber('adamStep: step', attributes.step, { integer: true, min: 1 });
  withClip(given, (clip) =>
    variables.forEach((variable, i) => {
      const inputs = {
        variable,
        gradient: gradients[i] as Tensor,
        firstMoment: firstMoments[i] as Variable,
        secondMoment: secondMoments[i] as Variable,
        clip,
      };
      runOp(adamStepOp, inputs, attributes);
    }),
  );
}
