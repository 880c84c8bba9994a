import { expectShape, UsageError } from '@bnrnn/core';
import { tensor2d, tidy } from '@tensorflow/tfjs-core';
import type { Moments, Statistics } from './normalizer';

/** Sums of one normalizer's moments, each weighed by its real rows. */
interface Sums {
  readonly features: number;
  /** [rows of the statistics]: how many real rows were seen. */
  readonly weights: number[];
  /** [rows × features] */
  readonly mean: number[];
  /** [rows × features] */
  readonly variance: number[];
}

/**
 * Recalibrated statistics: averages of the moments of many mini-batches, in float64.
 *
 *   mean[r,f] = Σ n·mean[t,f] / Σ n     variance[r,f] = Σ n·variance[t,f] / Σ n     n = rows[t]
 *
 * The sums run over the mini-batches and the time steps t of row r = min(t, rows − 1). Variances
 * stay biased and are averaged as they are, which is what training divided by. Moments over fewer
 * than 2 real rows are left out. A row that no step reached takes the row before it.
 *
 * @see Ioffe and Szegedy 2015, algorithm 2; Cooijmans et al. 2016, section 4.
 */
export class StatisticsAverage {
  readonly #sums: ReadonlyMap<string, Sums>;

  /** An empty average for statistics of these shapes, by normalizer path; they are only measured. */
  constructor(statistics: ReadonlyMap<string, Statistics>) {
    const zeros = (length: number): number[] => new Array<number>(length).fill(0);
    this.#sums = new Map(
      [...statistics].map(([path, { mean }]) => {
        const [rows, features] = mean.shape;
        return [
          path,
          { features, weights: zeros(rows), mean: zeros(mean.size), variance: zeros(mean.size) },
        ];
      }),
    );
  }

  /**
   * Adds the moments of one mini-batch, by normalizer path; reads them and keeps nothing. They must live
   * until the promise settles.
   *
   * @throws UsageError when a path is missing or unknown; ShapeError when sizes disagree.
   */
  async add(moments: ReadonlyMap<string, Moments>): Promise<void> {
    for (const path of new Set([...this.#sums.keys(), ...moments.keys()])) {
      const sums = this.#sums.get(path);
      const values = moments.get(path);
      if (sums === undefined || values === undefined) {
        throw new UsageError(
          `StatisticsAverage.add: "${path}" is in the ${sums === undefined ? 'moments but not in the statistics' : 'statistics but not in the moments'}.`,
          { hint: 'Run the model whose statistics these are, with every layer in mode "batch".' },
        );
      }
      await addMoments(path, sums, values);
    }
  }

  /**
   * The averages as new tensors, by normalizer path.
   *
   * @throws UsageError when a normalizer has no moments over 2 or more real rows.
   */
  statistics(): Map<string, Statistics> {
    return new Map([...this.#sums].map(([path, sums]) => [path, averageOf(path, sums)]));
  }
}

async function addMoments(path: string, sums: Sums, moments: Moments): Promise<void> {
  const { features, weights } = sums;
  const steps = moments.rows.length;
  expectShape('StatisticsAverage.add', `${path} mean`, moments.mean, { steps, features });
  expectShape('StatisticsAverage.add', `${path} variance`, moments.variance, { steps, features });
  const [mean, variance] = await Promise.all([moments.mean.data(), moments.variance.data()]);
  moments.rows.forEach((count, step) => {
    if (count < 2) return;
    const row = Math.min(step, weights.length - 1);
    weights[row] = at(weights, row) + count;
    for (let f = 0; f < features; f++) {
      const to = row * features + f;
      const from = step * features + f;
      sums.mean[to] = at(sums.mean, to) + count * at(mean, from);
      sums.variance[to] = at(sums.variance, to) + count * at(variance, from);
    }
  });
}

function averageOf(path: string, sums: Sums): Statistics {
  const { features, weights } = sums;
  const firstSeen = weights.findIndex((weight) => weight > 0);
  if (firstSeen < 0) {
    throw new UsageError(
      `StatisticsAverage.statistics: "${path}" has no moments over 2 or more real rows.`,
      { hint: 'Add at least one mini-batch of two rows.' },
    );
  }
  let seen = firstSeen;
  const sourceOf = weights.map((weight, row) => (weight > 0 ? (seen = row) : seen));
  const average = (total: readonly number[]): Float32Array =>
    Float32Array.from(total, (_, i) => {
      const row = at(sourceOf, Math.floor(i / features));
      return at(total, row * features + (i % features)) / at(weights, row);
    });
  const shape: [number, number] = [weights.length, features];
  return tidy(() => ({
    mean: tensor2d(average(sums.mean), shape),
    variance: tensor2d(average(sums.variance), shape),
  }));
}

function at(values: ArrayLike<number>, index: number): number {
  return values[index] ?? 0;
}
