/** Inputs beyond ±88 would make exp infinite. */
export const functions = `
fn sigmoid(x: f32) -> f32 { return 1.0 / (1.0 + exp(-clamp(x, -88.0, 88.0))); }
fn bent(x: f32) -> f32 {
  let e = exp(-2.0 * min(abs(x), 44.0));
  return sign(x) * (1.0 - e) / (1.0 + e);
}`;

/** What a dispatch for one step of time is told. */
export const numbers = {
  time: 'u32',
  batch: 'u32',
  units: 'u32',
  /** The step of time. */
  step: 'u32',
  /** The step of time that was taken before; `time` where there is none. */
  last: 'u32',
  /** Where among the states the step's own begins, and where the one before it lies. */
  after: 'u32',
  before: 'u32',
  hasBias: 'u32',
  hasPeepholes: 'u32',
  hasLengths: 'u32',
} as const;

export interface ScanSizes {
  readonly time: number;
  readonly batch: number;
  readonly units: number;
  readonly reverse: boolean;
}

/** The steps of time in the order of the scan, with the places of the states around each. */
export function stepsOf({ time, reverse }: ScanSizes) {
  return Array.from({ length: time }, (_, i) => {
    const step = reverse ? time - 1 - i : i;
    return { step, before: reverse ? step + 1 : step, after: reverse ? step : step + 1 };
  });
}
