/** A step of a scan, as byte offsets into arrays of all times. */
export interface ScanStep {
  /** Counts from 0 in the order of the forward pass. */
  readonly step: number;
  /** Where its [B, H] begins in an array [T, B, H]; in an array [T, B, n · H] n times as far. */
  readonly at: number;
  /** Its place in time: a row is real there where its length is larger. */
  readonly time: number;
  /** What the step before it left in an array [T, B, H]: `initial` for the first step. */
  readonly before: (array: number, initial: number) => number;
}

/** The steps of a scan in the order of the forward pass; a reverse scan begins at the last time. */
export function scanSteps(scan: {
  readonly time: number;
  readonly batch: number;
  readonly units: number;
  readonly reverse: number;
}): ScanStep[] {
  const { time, batch, units, reverse } = scan;
  const timeOf = (step: number) => (reverse ? time - 1 - step : step);
  const stateBytes = batch * units * 4;
  return Array.from({ length: time }, (_, step) => {
    const t = timeOf(step);
    return {
      ...{ step, at: t * stateBytes, time: t },
      before: (array, initial) => (step === 0 ? initial : array + timeOf(step - 1) * stateBytes),
    };
  });
}
