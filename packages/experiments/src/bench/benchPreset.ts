import { UsageError, type Unit } from '@bnrnn/core';
import { engine, memory } from '@tensorflow/tfjs-core';
import type { BenchSubject } from './benchSubject';
import { productFlops, type StepProduct } from './productList';
import { stepTimer, type StepTimer } from './stepTimer';
import { timeProducts } from './timeProducts';

export interface BenchOptions {
  readonly subject: BenchSubject;
  /** The same settings without normalization of any placement; absent where there is none. */
  readonly without?: BenchSubject;
  /** Timed steps of each arm. */
  readonly steps: number;
  /** Milliseconds, as fine as there are. */
  readonly now: () => number;
}

/**
 * Not counted at the start: so many steps, and at least so long that the engine has compiled what runs often. Where
 * a step takes seconds it ends earlier.
 */
const warmUp = { steps: 3, milliseconds: 2_000, most: 10_000 };

export interface BenchResult {
  readonly unit: Unit;
  readonly unitsPerSecond: number;
  /** Median over the timed steps. */
  readonly stepMilliseconds: number;
  readonly products: readonly StepProduct[];
  /** Each product at its best of five: two before the steps and three after them, because machines drift. */
  readonly matmulBoundMilliseconds: number;
  readonly matmulFlops: number;
  /** The bound's share of a step. */
  readonly efficiency: number;
  /** (step − step without) / step, medians of steps taken in turn; null without normalization. */
  readonly normalizationShare: number | null;
  /** What the backend held at most in steps of the subject alone, where it says so; null elsewhere. */
  readonly backendPeakMiB: number | null;
}

/**
 * Times whole training steps of a subject on random batches and, in the same process, before and after
 * them, the matrix products that they cannot do without.
 *
 * @throws UsageError when fewer than one step is asked for.
 */
export async function benchPreset(options: BenchOptions): Promise<BenchResult> {
  const { subject, without, steps, now } = options;
  if (steps < 1) throw new UsageError(`benchPreset: steps is ${steps}, expected at least 1.`);
  const own = stepTimer(subject, now);
  const backendPeak = await peakOf(own, now);
  const arms = [own, ...(without === undefined ? [] : [stepTimer(without, now)])];
  const times: number[][] = arms.map(() => []);
  const { unit, unitsPerStep, products } = subject;
  const productsBefore = await timeProducts(products, 2, now);
  const start = now();
  for (let step = 0; isCold(step, now() - start); step++) {
    for (const timer of arms) await timer.step();
  }
  for (let step = 0; step < steps; step++) {
    for (const [arm, timer] of arms.entries()) times[arm]?.push(await timer.step());
  }
  for (const timer of arms) await timer.stop();

  const [stepMilliseconds = NaN, plain] = times.map(median);
  const productsAfter = await timeProducts(products, 3, now);
  const bound = products.reduce(
    (sum, { count }, k) =>
      sum + count * Math.min(productsBefore[k] ?? NaN, productsAfter[k] ?? NaN),
    0,
  );
  return {
    unit,
    unitsPerSecond: (1000 * unitsPerStep) / stepMilliseconds,
    stepMilliseconds,
    products,
    matmulBoundMilliseconds: bound,
    matmulFlops: productFlops(products),
    efficiency: bound / stepMilliseconds,
    normalizationShare: plain === undefined ? null : (stepMilliseconds - plain) / stepMilliseconds,
    backendPeakMiB: backendPeak === undefined ? null : backendPeak / 2 ** 20,
  };
}

function isCold(steps: number, milliseconds: number): boolean {
  if (milliseconds >= warmUp.most) return steps === 0;
  return steps < warmUp.steps || milliseconds < warmUp.milliseconds;
}

/** The most bytes held during the first steps, while nothing else is there; undefined where a backend does not count. */
async function peakOf(timer: StepTimer, now: () => number): Promise<number | undefined> {
  (engine().backend as { resetPeak?: () => void }).resetPeak?.();
  const start = now();
  for (let step = 0; step < warmUp.steps && now() - start < warmUp.most; step++) await timer.step();
  return (memory() as { peakBytes?: number }).peakBytes;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? NaN)) / 2;
}
