import { baseline, batchNormalized, normalizedAt, type Arm } from './arms';
import { differenceOf, type Claim } from './claim';
import {
  lastValidation,
  generalizationGap,
  halfwayLoss,
  lastTrainingLoss,
  updatesTo,
} from './measures';
import { hasHigherRate, isMoreOfTheSame } from './pairConditions';

/** What a normalized run may differ in from its baseline: a shift stands where the bias was. */
const normalization = ['model.normalize.', 'normalization.', 'model.biases'];

/** Nats per target: a difference in validation that nobody would call better, one percent of perplexity. */
const equivalence = 0.01;

/** The learning rate that the run's recipe has for it, as its configuration tells. */
const chosenRate: Arm = ({ settings }) => settings['optimizer.learningRate']?.source === 'user';
const both =
  (...arms: readonly Arm[]): Arm =>
  (config) =>
    arms.every((arm) => arm(config));
const frameWise: Arm = normalizedAt('inputToHidden', ['frame']);
const sequenceWise: Arm = normalizedAt('inputToHidden', ['sequence']);
const inBatches = ['frame', 'sequence'];

/**
 * The paper's statements, each as treatment minus baseline of one seed.
 *
 * @see Laurent et al. 2015, abstract, sections 5 and 6; docs/claims.md
 */
export const paperClaims: readonly Claim[] = [
  {
    id: 'trains-faster',
    statement: 'Batch normalization of W·x reaches a training loss in fewer updates.',
    treatment: batchNormalized,
    baseline,
    varied: normalization,
    measure: "updates to the baseline's training loss at half of its run, relative difference",
    difference: (treatment, base) => {
      const target = halfwayLoss(base);
      if (target === undefined) return undefined;
      const own = updatesTo(base, target);
      // A run that never gets there has taken at least all of its updates.
      return own === undefined
        ? undefined
        : (updatesTo(treatment, target) ?? treatment.steps) / own - 1;
    },
    holds: 'below',
    margin: 0,
  },
  {
    id: 'lower-training-loss',
    statement: 'Batch normalization of W·x ends at a lower training loss.',
    treatment: batchNormalized,
    baseline,
    varied: normalization,
    measure: 'training loss of the last steps, nats per target',
    difference: differenceOf(lastTrainingLoss),
    holds: 'below',
    margin: 0,
  },
  {
    id: 'generalizes-no-better',
    statement: 'Batch normalization of W·x does not improve validation.',
    treatment: batchNormalized,
    baseline,
    varied: normalization,
    measure: 'validation loss at the end, nats per target',
    difference: differenceOf(lastValidation),
    holds: 'above',
    margin: -equivalence,
  },
  {
    id: 'overfits-more',
    statement: 'Batch normalization of W·x overfits more.',
    treatment: batchNormalized,
    baseline,
    varied: normalization,
    measure: 'validation minus training loss at the end, nats per target',
    difference: differenceOf(generalizationGap),
    holds: 'above',
    margin: 0,
  },
  {
    id: 'hidden-to-hidden-does-not-help',
    statement: 'Normalizing the sum W·x + U·h does not improve validation.',
    treatment: normalizedAt('preActivation', inBatches),
    baseline,
    varied: normalization,
    measure: 'validation loss at the end, nats per target',
    difference: differenceOf(lastValidation),
    holds: 'above',
    margin: -equivalence,
  },
  {
    id: 'recurrent-term-does-not-help',
    statement: 'Normalizing U·h alone does not improve validation.',
    treatment: normalizedAt('hiddenToHidden', inBatches),
    baseline,
    varied: normalization,
    measure: 'validation loss at the end, nats per target',
    difference: differenceOf(lastValidation),
    holds: 'above',
    margin: -equivalence,
  },
  {
    id: 'higher-rates-do-not-help',
    statement: "Batch normalization of W·x gains nothing from rates above the recipe's.",
    treatment: both(batchNormalized, chosenRate),
    baseline: both(batchNormalized, (config) => !chosenRate(config)),
    varied: ['optimizer.learningRate'],
    isPair: hasHigherRate,
    measure: 'validation loss at the end, nats per target',
    difference: differenceOf(lastValidation),
    holds: 'above',
    margin: -equivalence,
  },
  {
    id: 'frame-wise-weaker',
    statement: 'Frame-wise statistics validate worse than sequence-wise ones.',
    treatment: frameWise,
    baseline: sequenceWise,
    varied: normalization,
    measure: 'validation loss at the end, nats per target',
    difference: differenceOf(lastValidation),
    holds: 'above',
    margin: 0,
  },
  {
    id: 'overfitting-shrinks-with-data',
    statement: 'More data narrows the gap of the normalized model.',
    treatment: batchNormalized,
    baseline: batchNormalized,
    varied: ['schedule.', 'data.'],
    otherData: true,
    isPair: isMoreOfTheSame,
    measure: 'validation minus training loss, all data minus part, nats per target',
    difference: differenceOf(generalizationGap),
    holds: 'below',
    margin: 0,
  },
];
