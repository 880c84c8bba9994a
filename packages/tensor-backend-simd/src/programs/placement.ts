import { ownRange, type Thread } from '../threads/thread';
import { unpack } from '../threads/unpack';
import { sumPartials } from './normalize';

/** How many arguments a placement takes. */
export const placementLength = 13;

/** A normalizer inside a scan. Offsets are 0 for what there is not. */
export interface Placement {
  readonly kind: 'none' | 'batch' | 'layer';
  readonly epsilon: number;
  /** `batch`: 1 for the rule `double`; `layer`: groups. */
  readonly detail: number;
  readonly gain: number;
  readonly shift: number;
  /** Running statistics, `storedRows` rows: one for each step, the last repeats. */
  readonly storedMean: number;
  readonly storedVariance: number;
  readonly storedRows: number;
  /** Where its features begin in the moments of a step. */
  readonly column: number;
  /** What it was given, [T, B, F]; at the cell: what the hidden state is made of. */
  readonly raw: number;
  readonly dGain: number;
  readonly dShift: number;
  /** Room, [threads, 2, F]: `layer`: each thread's share of both; `batch`: the sums of a step in the first [2, F]. */
  readonly partial: number;
  readonly features: number;
}

/** What placements see of the scan around them. */
export interface ScanStep {
  readonly batch: number;
  readonly units: number;
  /** The units of this thread. */
  readonly start: number;
  readonly end: number;
  /** 1: running statistics serve every step. */
  readonly stored: number;
  readonly firstStep: number;
  /** Features of all batch-normalized placements together: a row of `mean` and `variance` [T, width]. */
  readonly width: number;
  readonly mean: number;
  readonly variance: number;
  /** Real rows of each step, [T]. */
  readonly counts: number;
}

const kinds = ['none', 'batch', 'layer'] as const;

export function readPlacement(values: Float64Array, features: number): Placement {
  const [kind, epsilon, detail, gain, shift, storedMean, storedVariance, ...rest] = unpack(
    values,
    placementLength,
  );
  const [storedRows, column, raw, dGain, dShift, partial] = rest;
  return {
    kind: kinds[kind] ?? 'none',
    ...{ epsilon, detail, gain, shift, storedMean, storedVariance, storedRows },
    ...{ column, raw, dGain, dShift, partial, features },
  };
}

/** Normalizes one step's x [B, F] into y; meets the other threads where a row is normalized as a whole. */
export function normalizeStep(
  thread: Thread,
  scan: ScanStep,
  placement: Placement,
  step: number,
  x: number,
  y: number,
  mask: number,
): void {
  const { kind, epsilon, detail, gain, shift, features } = placement;
  const { batch, units, start, end, counts } = scan;
  const { kernels, float32 } = thread;
  if (kind === 'none') return;
  if (kind === 'layer') {
    thread.barrier();
    const [first, last] = ownRange(thread, batch);
    kernels.layerNormalize(x, gain, shift, y, first, last, features, detail, epsilon);
    thread.barrier();
    return;
  }
  const own = momentsOf(scan, placement, step);
  for (let gate = 0; gate < features; gate += units) {
    const [first, last] = [gate + start, gate + end];
    let fixed = scan.stored !== 0;
    if (!fixed) {
      const { mean, variance } = own;
      const real = kernels.moments(x, mask, mean, variance, batch, features, first, last);
      if (thread.part === 0) float32[(counts >>> 2) + step] = real;
      fixed = real < 2;
    }
    const { mean, variance } = fixed ? storedOf(scan, placement, step) : own;
    kernels.standardize(
      ...([x, mask, mean, variance, gain, shift, y, batch, features] as const),
      ...([first, last, epsilon, detail] as const),
    );
  }
}

/** Its gradient; `dx` may be `x` or `dy`. Adds to the gradients of gain and shift. */
export function normalizeStepGradient(
  thread: Thread,
  scan: ScanStep,
  placement: Placement,
  step: number,
  x: number,
  dy: number,
  dx: number,
  mask: number,
): void {
  const { kind, epsilon, detail, gain, dGain, dShift, partial, features } = placement;
  const { batch, units, start, end, counts } = scan;
  const { kernels, float32 } = thread;
  if (kind === 'none') return;
  if (kind === 'layer') {
    thread.barrier();
    const [first, last] = ownRange(thread, batch);
    const share = partial + thread.part * 2 * features * 4;
    kernels.layerNormalizeGradient(
      ...([x, dy, gain, dx, share, dShift && share + features * 4] as const),
      ...([first, last, features, detail, epsilon] as const),
    );
    thread.barrier();
    return;
  }
  const real = scan.stored === 0 ? (float32[(counts >>> 2) + step] as number) : 0;
  const fixed = real < 2;
  const { mean, variance } = (fixed ? storedOf : momentsOf)(scan, placement, step);
  for (let gate = 0; gate < features; gate += units) {
    kernels.standardizeGradient(
      ...([x, dy, mask, mean, variance, gain, dx, dGain, dShift, partial, batch, real] as const),
      ...([features, gate + start, gate + end, epsilon, detail, Number(fixed)] as const),
    );
  }
}

/** Before the first step of a gradient: sets what it adds to, to 0. */
export function clearGradients(thread: Thread, scan: ScanStep, placement: Placement): void {
  const { kind, features, dGain, dShift, partial } = placement;
  const clear = (at: number, count: number) => thread.float32.fill(0, at >>> 2, (at >>> 2) + count);
  if (kind === 'layer') clear(partial + thread.part * 2 * features * 4, 2 * features);
  if (kind !== 'batch') return;
  for (let gate = 0; gate < features; gate += scan.units) {
    const [at, count] = [(gate + scan.start) * 4, scan.end - scan.start];
    clear(dGain + at, count);
    if (dShift !== 0) clear(dShift + at, count);
  }
}

/** After the last step of a gradient and a barrier: adds up what each thread kept for itself. */
export function finishGradients(thread: Thread, placement: Placement): void {
  const { kind, partial, dGain, dShift, features } = placement;
  if (kind === 'layer') sumPartials(thread, partial, dGain, dShift, features);
}

interface MomentRows {
  mean: number;
  variance: number;
}

function momentsOf(scan: ScanStep, { column }: Placement, step: number): MomentRows {
  const at = (step * scan.width + column) * 4;
  return { mean: scan.mean + at, variance: scan.variance + at };
}

function storedOf(scan: ScanStep, placement: Placement, step: number): MomentRows {
  const { storedRows, storedMean, storedVariance, features } = placement;
  const at = Math.min(scan.firstStep + step, storedRows - 1) * features * 4;
  return { mean: storedMean + at, variance: storedVariance + at };
}
