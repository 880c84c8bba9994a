import { ShapeError, UsageError } from '@bnrnn/core';
import { tensor, tidy } from '@tensorflow/tfjs-core';
import type { Measured, NamedTensors } from './normalizer';

/** Weighted sums of what one normalizer measured under one name. */
interface Sums {
  /** Of the statistic: [rows, ...]. */
  readonly shape: readonly number[];
  /** [rows]: how many real rows were seen. */
  readonly weights: number[];
  readonly total: Float64Array;
}

/**
 * Recalibrated statistics: averages of what normalizers measured of many mini-batches, in float64.
 *
 *   statistic[r] = Σ n·measured[t] / Σ n     n = real rows of step t
 *
 * The sums run over the mini-batches and the time steps t of row r = min(t, rows − 1); what was
 * measured of all steps together weighs Σ n. Variances stay biased and are averaged as they are, which
 * is what training divided by. Steps with fewer than 2 real rows are left out. A row that no step
 * reached takes the row before it.
 *
 * @see Ioffe and Szegedy 2015, algorithm 2; Cooijmans et al. 2016, section 4.
 */
export class StatisticsAverage {
  readonly #sums: ReadonlyMap<string, ReadonlyMap<string, Sums>>;

  /** An empty average for statistics of these shapes, by normalizer path; they are only looked at. */
  constructor(statistics: ReadonlyMap<string, NamedTensors>) {
    const sumsOf = ({ shape, size }: { shape: number[]; size: number }): Sums => ({
      shape,
      weights: new Array<number>(shape[0] ?? 1).fill(0),
      total: new Float64Array(size),
    });
    this.#sums = new Map(
      [...statistics].map(([path, tensors]) => [
        path,
        new Map(Object.entries(tensors).map(([name, start]) => [name, sumsOf(start)])),
      ]),
    );
  }

  /**
   * Adds what was measured of one mini-batch, by normalizer path; reads it and keeps nothing. It
   * must live until the promise settles.
   *
   * @throws UsageError when a path or a name is missing or unknown; ShapeError when sizes disagree.
   */
  async add(measured: ReadonlyMap<string, Measured>): Promise<void> {
    expectSame(this.#sums, measured, '');
    for (const [path, sums] of this.#sums) {
      const { tensors, counts } = measured.get(path) as Measured;
      const values = new Map(Object.entries(tensors));
      expectSame(sums, values, `${path} `);
      for (const [name, value] of values) {
        const { shape } = value;
        const sum = sums.get(name) as Sums;
        const weights = weightsOf(shape.at(0) ?? 0, counts);
        if (weights === undefined || shape.slice(1).join() !== sum.shape.slice(1).join()) {
          const steps = counts.length === 1 ? '1' : `${counts.length} or 1`;
          const wanted = [`steps=${steps}`, ...sum.shape.slice(1)].join(', ');
          throw new ShapeError(
            `StatisticsAverage.add: ${path} ${name} is [${shape.join(', ')}], expected [${wanted}].`,
          );
        }
        addRows(sum, await value.data<'float32'>(), weights);
      }
    }
  }

  /**
   * The averages as new tensors, by normalizer path.
   *
   * @throws UsageError when a normalizer measured nothing over 2 or more real rows.
   */
  statistics(): Map<string, NamedTensors> {
    const average = (path: string, sums: ReadonlyMap<string, Sums>): NamedTensors =>
      tidy(() =>
        Object.fromEntries(
          [...sums].map(([name, sum]) => [
            name,
            tensor(averageOf(path, sum), [...sum.shape], 'float32'),
          ]),
        ),
      );
    return new Map([...this.#sums].map(([path, sums]) => [path, average(path, sums)]));
  }
}

/** @throws UsageError for a name that only one of the two has. */
function expectSame(
  wanted: ReadonlyMap<string, unknown>,
  found: ReadonlyMap<string, unknown>,
  where: string,
): void {
  for (const name of new Set([...wanted.keys(), ...found.keys()])) {
    if (wanted.has(name) && found.has(name)) continue;
    const what = wanted.has(name)
      ? 'in the statistics but was not measured'
      : 'measured but not in the statistics';
    throw new UsageError(`StatisticsAverage.add: "${where}${name}" is ${what}.`, {
      hint: 'Run the model whose statistics these are, with every layer in mode "batch".',
    });
  }
}

/** What each measured row weighs; undefined where their number fits neither the steps nor all together. */
function weightsOf(rows: number, counts: Int32Array): readonly number[] | undefined {
  if (rows === counts.length) return [...counts];
  return rows === 1 ? [counts.reduce((sum, count) => sum + count, 0)] : undefined;
}

function addRows({ weights, total }: Sums, values: Float32Array, counts: readonly number[]): void {
  const size = total.length / weights.length;
  counts.forEach((count, step) => {
    if (count < 2) return;
    const row = Math.min(step, weights.length - 1);
    weights[row] = at(weights, row) + count;
    for (let i = 0; i < size; i++) {
      const to = row * size + i;
      total[to] = at(total, to) + count * at(values, step * size + i);
    }
  });
}

function averageOf(path: string, { weights, total }: Sums): Float32Array {
  const firstSeen = weights.findIndex((weight) => weight > 0);
  if (firstSeen < 0) {
    throw new UsageError(
      `StatisticsAverage.statistics: "${path}" measured nothing over 2 or more real rows.`,
      { hint: 'Add at least one mini-batch of two rows.' },
    );
  }
  const size = total.length / weights.length;
  let seen = firstSeen;
  const sourceOf = weights.map((weight, row) => (weight > 0 ? (seen = row) : seen));
  return Float32Array.from(total, (_, i) => {
    const row = at(sourceOf, Math.floor(i / size));
    return at(total, row * size + (i % size)) / at(weights, row);
  });
}

function at(values: ArrayLike<number>, index: number): number {
  return values[index] ?? 0;
}
