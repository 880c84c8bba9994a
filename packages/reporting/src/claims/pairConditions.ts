import type { RunSummary } from '../compare/runSummary';

/** More data, and the same number of epochs or, within a tenth, of updates. */
export function isMoreOfTheSame(treatment: RunSummary, baseline: RunSummary): boolean {
  const isAsLong = Math.abs(treatment.steps / baseline.steps - 1) <= 0.1;
  const hasSameEpochs =
    settingOf(treatment, 'schedule.epochs') === settingOf(baseline, 'schedule.epochs');
  return trainingUnits(treatment) > trainingUnits(baseline) && (hasSameEpochs || isAsLong);
}

/** A learning rate above the other run's. */
export function hasHigherRate(treatment: RunSummary, baseline: RunSummary): boolean {
  const [to, from] = [treatment, baseline].map((one) => settingOf(one, 'optimizer.learningRate'));
  return Number(to) > Number(from);
}

function settingOf({ run }: RunSummary, path: string) {
  return run.config.settings[path]?.value;
}

function trainingUnits({ run }: RunSummary): number {
  return run.config.corpus.counts['train'] ?? 0;
}
