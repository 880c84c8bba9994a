import type { Arguments } from '../threads/arguments';
import { ownRange, type Thread } from '../threads/thread';
import { clear } from './clear';
import { sumPartials } from './normalize';
import { realRowsAt } from './realRows';
import { ownUnits } from './recurrentProduct';
import type { ScanStep } from './scanSteps';

/** What normalizes at a placement. */
export const kinds = { none: 0, batch: 1, layer: 2 } as const;

/**
 * A normalizer inside a scan, of `features` numbers a row; offsets are 0 for what there is not.
 *
 * `kind` is one of `kinds`; `detail` is 1 for the rule `double` of a batch's, the groups of a layer's.
 *
 * `storedMean`, `storedVariance` hold running statistics in `storedRows` rows: one for each step, the last
 * repeats. `column` is where its features begin in the moments of a step.
 *
 * `raw` [T, B, F] is what it was given, at the cell what the hidden state is made of. `partial`
 * [threads, 2, F] is room: for each of a layer's threads its share of dGain and dShift; for the sums of a batch's step
 * in the first [2, F].
 */
export const placementNames = [
  'kind epsilon detail features column gain shift storedMean storedVariance storedRows',
  'raw dGain dShift partial',
] as const;

export type Placement = Arguments<typeof placementNames>;

/**
 * What placements see of the scan around them. `stored` is 1 where running statistics serve every step. `mean` and
 * `variance` [T, width] take the moments of all batch-normalized placements.
 */
export type Surroundings = Record<
  'batch' | 'units' | 'lengths' | 'stored' | 'firstStep' | 'width' | 'mean' | 'variance',
  number
>;

/** Normalizes one step's x [B, F] into y; meets the other threads where a row is normalized as a whole. */
export function normalizeStep(
  thread: Thread,
  scan: Surroundings,
  placement: Placement,
  { step, time }: ScanStep,
  x: number,
  y: number,
): void {
  const { kind, epsilon, detail, gain, shift, features } = placement;
  const { batch, units, lengths } = scan;
  const { kernels } = thread;
  const rows = [lengths, batch, time * batch] as const;
  if (kind === kinds.none) return;
  if (kind === kinds.layer) {
    thread.barrier();
    const [first, last] = ownRange(thread, batch);
    kernels.layerNormalize(
      ...([x, gain, shift, ...rows, y, first, last, features, detail, epsilon, 1] as const),
    );
    thread.barrier();
    return;
  }
  const own = momentsOf(scan, placement, step);
  const [start, end] = ownUnits(thread, units);
  for (let gate = 0; gate < features; gate += units) {
    const [first, last] = [gate + start, gate + end];
    let fixed = scan.stored !== 0;
    if (!fixed) {
      const { mean, variance } = own;
      const real = kernels.moments(x, ...rows, mean, variance, batch, features, first, last);
      fixed = real < 2;
    }
    const { mean, variance } = fixed ? storedOf(scan, placement, step) : own;
    kernels.standardize(
      ...([x, ...rows, mean, variance, gain, shift, y, batch, features] as const),
      ...([first, last, epsilon, detail] as const),
    );
  }
}

/** Its gradient; `dx` may be `x` or `dy`. Adds to the gradients of gain and shift. */
export function normalizeStepGradient(
  thread: Thread,
  scan: Surroundings,
  placement: Placement,
  { step, time }: ScanStep,
  x: number,
  dy: number,
  dx: number,
): void {
  const { kind, epsilon, detail, gain, dGain, dShift, partial, features } = placement;
  const { batch, units, lengths } = scan;
  const { kernels } = thread;
  const rows = [lengths, batch, time * batch] as const;
  if (kind === kinds.none) return;
  if (kind === kinds.layer) {
    thread.barrier();
    const [first, last] = ownRange(thread, batch);
    const share = partial + thread.part * 2 * features * 4;
    kernels.layerNormalizeGradient(
      ...([x, dy, gain, ...rows, dx, share, dShift && share + features * 4] as const),
      ...([first, last, features, detail, epsilon, 1] as const),
    );
    thread.barrier();
    return;
  }
  const real = scan.stored === 0 ? realRowsAt(thread, scan, time) : 0;
  const fixed = real < 2;
  const [start, end] = ownUnits(thread, units);
  const { mean, variance } = (fixed ? storedOf : momentsOf)(scan, placement, step);
  for (let gate = 0; gate < features; gate += units) {
    kernels.standardizeGradient(
      ...([x, dy, ...rows, mean, variance, gain, dx, dGain, dShift, partial] as const),
      ...([
        batch,
        real,
        features,
        gate + start,
        gate + end,
        epsilon,
        detail,
        Number(fixed),
      ] as const),
    );
  }
}

/** Before the first step of a gradient: sets what it adds to, to 0. */
export function clearGradients(thread: Thread, units: number, placement: Placement): void {
  const { kind, features, dGain, dShift, partial } = placement;
  if (kind === kinds.layer) clear(thread, partial + thread.part * 2 * features * 4, 2 * features);
  if (kind !== kinds.batch) return;
  const [start, end] = ownUnits(thread, units);
  for (let gate = 0; gate < features; gate += units) {
    const [at, count] = [(gate + start) * 4, end - start];
    clear(thread, dGain + at, count);
    if (dShift !== 0) clear(thread, dShift + at, count);
  }
}

/** After the last step of a gradient and a barrier: adds up what each thread kept for itself. */
export function finishGradients(thread: Thread, placement: Placement): void {
  const { kind, partial, dGain, dShift, features } = placement;
  if (kind === kinds.layer) sumPartials(thread, partial, dGain, dShift, features);
}

interface MomentRows {
  mean: number;
  variance: number;
}

function momentsOf(scan: Surroundings, { column }: Placement, step: number): MomentRows {
  const at = (step * scan.width + column) * 4;
  return { mean: scan.mean + at, variance: scan.variance + at };
}

function storedOf(scan: Surroundings, placement: Placement, step: number): MomentRows {
  const { storedRows, storedMean, storedVariance, features } = placement;
  const at = Math.min(scan.firstStep + step, storedRows - 1) * features * 4;
  return { mean: storedMean + at, variance: storedVariance + at };
}
