import { textColumns } from '../textColumns';
import type { ParityResult, ParityStep } from './compareBackends';

/** The largest difference of all parameters and steps; NaN is larger than any number. */
export interface WorstDifference {
  readonly parameter: string;
  readonly step: number;
  readonly difference: number;
}

export function worstDifference(steps: readonly ParityStep[]): WorstDifference {
  const all = steps.flatMap(({ step, parameters }) =>
    Object.entries(parameters).map(([parameter, difference]) => ({ parameter, step, difference })),
  );
  return all.reduce((worst, next) => (isWorse(next.difference, worst.difference) ? next : worst));
}

/** One row for each parameter: its difference after some of the steps, and its worst. */
export function parityLines({ steps }: ParityResult): string[] {
  const last = steps.length;
  const shown = [1, 2, 5, 10, 20, 50, 100, 200, 500].filter((step) => step < last);
  const columns = [...shown, last];
  const names = Object.keys(steps[0]?.parameters ?? {});
  const rows = names.map((name) => [
    name,
    ...columns.map((step) => short(steps[step - 1]?.parameters[name])),
    short(worstDifference(steps.map((each) => only(each, name))).difference),
  ]);
  const losses = [
    'loss',
    ...columns.map((step) => short(lossDifference(steps[step - 1]))),
    short(steps.map(lossDifference).reduce((a, b) => (isWorse(b, a) ? b : a))),
  ];
  return textColumns([['after step', ...columns.map(String), 'worst'], ...rows, losses]);
}

function only({ step, losses, parameters }: ParityStep, name: string): ParityStep {
  return { step, losses, parameters: { [name]: parameters[name] ?? NaN } };
}

function lossDifference(step: ParityStep | undefined): number {
  const [a, b] = step?.losses ?? [NaN, NaN];
  return Math.abs(a - b) / Math.abs(a);
}

function short(value: number | undefined): string {
  return (value ?? NaN).toExponential(1);
}

/** What is no number is worse than any. */
function isWorse(a: number, than: number): boolean {
  return !Number.isNaN(than) && !(a <= than);
}
