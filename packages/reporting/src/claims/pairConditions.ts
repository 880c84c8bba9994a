import type { RunSummary } from '../compare/runSummary';

/** More data, and the same number of epochs or, within a tenth, of updates. */
export function isMoreOfTheSame(treatment: RunSummary, baseline: RunSummary): boolean {
  const [to, from] = [treatment, baseline].map(({ run }) => run.config);
  const counts = [to, from].map((config) => config?.corpus.counts['train'] ?? 0);
  const epochs = [to, from].map((config) => config?.settings['schedule.epochs']?.value);
  const isAsLong = Math.abs(treatment.steps / baseline.steps - 1) <= 0.1;
  return (counts[0] ?? 0) > (counts[1] ?? 0) && (epochs[0] === epochs[1] || isAsLong);
}

/** A learning rate above the other run's. */
export function hasHigherRate(treatment: RunSummary, baseline: RunSummary): boolean {
  const [to, from] = [treatment, baseline].map(
    ({ run }) => run.config.settings['optimizer.learningRate']?.value,
  );
  return Number(to) > Number(from);
}
