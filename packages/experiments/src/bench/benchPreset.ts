import { UsageError } from '@bnrnn/core';
import { memory } from '@tensorflow/tfjs-core';
import { modelSpec } from '../build/modelSpec';
import type { RunConfig } from '../config/runConfig';
import { productFlops, productList, type StepProduct } from './productList';
import { stepTimer } from './stepTimer';
import { timeProducts } from './timeProducts';

export interface BenchOptions {
  readonly config: RunConfig;
  /** The same settings without normalization of any placement; absent where there is none. */
  readonly without?: RunConfig;
  /** Distinct tokens. */
  readonly types: number;
  /** Timed steps of each arm. */
  readonly steps: number;
  /** Steps before the clock starts; 3 when absent. */
  readonly warmUp?: number;
  /** Milliseconds, as fine as there are. */
  readonly now: () => number;
}

export interface BenchResult {
  readonly unit: RunConfig['unit'];
  readonly unitsPerSecond: number;
  /** Median over the timed steps. */
  readonly stepMilliseconds: number;
  readonly products: readonly StepProduct[];
  readonly matmulBoundMilliseconds: number;
  readonly matmulFlops: number;
  /** The bound's share of a step. */
  readonly efficiency: number;
  /** (step − step without) / step, medians of steps taken in turn; null without normalization. */
  readonly normalizationShare: number | null;
  /** What the backend held at most, where it says so; null elsewhere. */
  readonly backendPeakMiB: number | null;
}

/**
 * Times whole training steps of a run's settings on random tokens, and, in the same process, the matrix
 * products that they cannot do without.
 *
 * @throws UsageError when fewer than one step is asked for.
 */
export async function benchPreset(options: BenchOptions): Promise<BenchResult> {
  const { config, without, types, steps, warmUp = 3, now } = options;
  if (steps < 1) throw new UsageError(`benchPreset: steps is ${steps}, expected at least 1.`);
  const time = config.settings['data.time'].value;
  const batch = config.settings['data.batch'].value;
  const arms = [config, ...(without === undefined ? [] : [without])].map((arm) =>
    stepTimer(arm, types, now),
  );
  const times: number[][] = arms.map(() => []);
  for (let step = 0; step < warmUp + steps; step++) {
    for (const [arm, timer] of arms.entries()) {
      const elapsed = await timer.step();
      if (step >= warmUp) times[arm]?.push(elapsed);
    }
  }
  const backendPeak = (memory() as { peakBytes?: number }).peakBytes;
  for (const timer of arms) await timer.stop();

  const [stepMilliseconds = NaN, plain] = times.map(median);
  const products = productList(modelSpec(config, types), { time, batch });
  const bound = timeProducts(products, now);
  return {
    unit: config.unit,
    unitsPerSecond: (1000 * time * batch) / stepMilliseconds,
    stepMilliseconds,
    products,
    matmulBoundMilliseconds: bound,
    matmulFlops: productFlops(products),
    efficiency: bound / stepMilliseconds,
    normalizationShare: plain === undefined ? null : (stepMilliseconds - plain) / stepMilliseconds,
    backendPeakMiB: backendPeak === undefined ? null : backendPeak / 2 ** 20,
  };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? NaN)) / 2;
}
