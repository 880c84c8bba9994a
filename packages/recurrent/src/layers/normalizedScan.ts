import { longestRow, rowsOfEachStep, type Lengths } from '@bnrnn/core';
import {
  isBatchNormSpec,
  measuredRows,
  type Measured,
  type NamedTensors,
  type Normalizer,
  type Ranks,
} from '@bnrnn/normalization';
import {
  insidePlacements,
  runOp,
  scanOp,
  stepwiseScan,
  type InsidePlacement,
  type NormalizeStep,
  type OpInputs,
  type OpOutputs,
  type ScanAttributes,
  type ScanTensors,
} from '@bnrnn/tensor-backend';
import {
  concat,
  expandDims,
  slice,
  split,
  squeeze,
  zeros,
  type Rank,
  type Tensor,
  type Tensor2D,
  type Tensor3D,
} from '@tensorflow/tfjs-core';
import { tidyResult } from '../tidyResult';
import type { RanksOfBatch } from './layer';
import type { PlacementSpecs } from './layerSpec';

/** The plain values of a scan. */
export type ScanSettings = Omit<ScanAttributes, 'normalize'>;

/** The normalizers inside the recurrence, each with what it trains and its statistics. */
export type NormalizersInside = Readonly<
  Partial<
    Record<
      InsidePlacement,
      {
        readonly normalizer: Normalizer;
        readonly parameters: NamedTensors;
        readonly statistics: NamedTensors;
      }
    >
  >
>;

/** What was measured of all steps, in the order in which they were taken. */
type MeasuredInside = Partial<Record<InsidePlacement, NamedTensors>>;

export interface NormalizedScanResult {
  readonly hidden: Tensor3D;
  readonly finalHidden: Tensor2D;
  /** Empty for a cell that has none. */
  readonly finalCell: Tensor2D;
  /** By placement; present in mode `batch` of a strategy that keeps statistics. */
  readonly measured: Readonly<Partial<Record<InsidePlacement, Measured>>>;
}

/**
 * Runs a cell over time with normalizers inside the recurrence: on a backend's fused kernel where
 * it has one that knows all of them, step by step otherwise.
 *
 * A reversed scan takes its first step at the last frame of the longest row, of all ranks: padding behind it
 * would shift statistics that are kept per step.
 */
export function normalizedScan(
  inputs: ScanTensors,
  settings: ScanSettings,
  normalizers: NormalizersInside,
  ranks?: RanksOfBatch,
): NormalizedScanResult {
  const { lengths, reverse } = settings;
  const longest = ranks
    ? ranks.rows.findLastIndex((n) => n > 0) + 1
    : lengths && longestRow(lengths);
  if (reverse && lengths && longest !== undefined && longest > 0 && longest < lengths.time) {
    const real = { ...lengths, time: longest };
    return tidyResult(() => withoutPadding(inputs, settings, real, normalizers, ranks));
  }
  return run(inputs, settings, normalizers, ranks);
}

function run(
  inputs: ScanTensors,
  settings: ScanSettings,
  normalizers: NormalizersInside,
  ranks: RanksOfBatch | undefined,
): NormalizedScanResult {
  const [time, batch] = inputs.projected.shape;
  const given = { ...inputs, ...kernelInputs(normalizers) };
  const attributes = { ...settings, normalize: specsOf(normalizers) };
  return tidyResult(() => {
    const stepwise = (): Outputs & { measured: MeasuredInside } => ({
      ...normalizeStepwise(inputs, settings, normalizers, ranks?.collective),
      mean: zeros([0, 0]),
      variance: zeros([0, 0]),
    });
    // No kernel meets other ranks in the middle of its steps. What was measured is present where the scan ran step
    // by step: it has room for what any strategy measures.
    const outputs: Outputs & { measured?: MeasuredInside } =
      ranks !== undefined && settings.mode === 'batch' && measuresOthers(normalizers)
        ? stepwise()
        : runOp(scanOp, given, attributes, stepwise);
    const { hidden, finalHidden, finalCell } = outputs;
    const found = outputs.measured ?? momentsOf(outputs, inputs, normalizers);
    const rows = ranks?.rows.slice(0, time) ?? rowsOfEachStep({ time, batch }, settings.lengths);
    if (settings.reverse) rows.reverse();
    const measured = Object.fromEntries(
      insidePlacements.flatMap((placement) => {
        const [tensors, placed] = [found[placement], normalizers[placement]];
        if (tensors === undefined || placed === undefined) return [];
        return [[placement, { tensors, counts: measuredRows(placed.normalizer, rows) }]];
      }),
    );
    return { hidden, finalHidden, finalCell, measured };
  });
}

type Outputs = OpOutputs<typeof scanOp>;

/** The scan step by step, whose normalizers may be of any kind. */
function normalizeStepwise(
  inputs: ScanTensors,
  settings: ScanSettings,
  normalizers: NormalizersInside,
  collective: Ranks | undefined,
): Pick<Outputs, 'hidden' | 'finalHidden' | 'finalCell'> & { measured: MeasuredInside } {
  const { mode, firstStep } = settings;
  const measured: Partial<Record<InsidePlacement, NamedTensors[]>> = {};
  const normalize: NormalizeStep = (placement, x, { index, lengths }) => {
    const placed = normalizers[placement];
    if (placed === undefined) return x;
    const { normalizer, parameters, statistics } = placed;
    const options = { mode, lengths, firstStep: firstStep + index, collective };
    const result = normalizer.apply(expandDims(x, 0), parameters, statistics, options);
    if (result.measured !== undefined) (measured[placement] ??= []).push(result.measured);
    return squeeze<Tensor2D>(result.y, [0]);
  };
  const outputs = stepwiseScan(inputs, settings, normalize);
  return {
    ...outputs,
    measured: Object.fromEntries(
      Object.entries(measured).map(([placement, steps]) => [placement, inTimeOrder(steps)]),
    ),
  };
}

/** What single steps measured, one under the other. */
function inTimeOrder(steps: readonly NamedTensors[]): NamedTensors {
  return Object.fromEntries(
    Object.keys(steps[0] ?? {}).map((name) => [
      name,
      concat(steps.map((step) => step[name] as Tensor)),
    ]),
  );
}

/** Whether an output depends on other rows than its own. */
function measuresOthers(normalizers: NormalizersInside): boolean {
  return Object.values(normalizers).some(({ normalizer }) => normalizer.needs !== 'row');
}

/** The normalizers inside as plain data, by which a kernel sees whether it knows them. */
function specsOf(normalizers: NormalizersInside): PlacementSpecs {
  return Object.fromEntries(
    Object.entries(normalizers).map(([placement, { normalizer }]) => [placement, normalizer.spec]),
  );
}

/** The kinds of normalizers whose tensors the op has inputs for. */
const kernelKinds: readonly string[] = ['batch', 'layer'];

/** The tensors of such normalizers under a kernel's names, e.g. `hiddenToHiddenGain`. */
function kernelInputs(normalizers: NormalizersInside): Partial<OpInputs<typeof scanOp>> {
  return Object.fromEntries(
    Object.entries(normalizers).flatMap(([placement, { normalizer, parameters, statistics }]) =>
      kernelKinds.includes(normalizer.spec.kind)
        ? Object.entries({ ...parameters, ...statistics }).map(([name, tensor]) => [
            `${placement}${name.charAt(0).toUpperCase()}${name.slice(1)}`,
            tensor,
          ])
        : [],
    ),
  );
}

/** A kernel's moments, which stand side by side, by placement. */
function momentsOf(
  { mean, variance }: Outputs,
  { projected, recurrent }: ScanTensors,
  normalizers: NormalizersInside,
): MeasuredInside {
  if (mean.size === 0) return {};
  const placements = insidePlacements.filter((placement) => {
    const placed = normalizers[placement];
    return placed !== undefined && isBatchNormSpec(placed.normalizer.spec);
  });
  const widths = placements.map((placement) =>
    placement === 'cell' ? recurrent.shape[0] : projected.shape[2],
  );
  const [means, variances] = [split(mean, widths, 1), split(variance, widths, 1)];
  return Object.fromEntries(
    placements.map((placement, k) => [
      placement,
      { mean: means[k] as Tensor, variance: variances[k] as Tensor },
    ]),
  );
}

/** The scan of the steps of `lengths`, zeros behind them. */
function withoutPadding(
  inputs: ScanTensors,
  settings: ScanSettings,
  lengths: Lengths,
  normalizers: NormalizersInside,
  ranks: RanksOfBatch | undefined,
): NormalizedScanResult {
  const [time, batch] = inputs.projected.shape;
  const projected = slice(inputs.projected, 0, lengths.time);
  const outputs = run({ ...inputs, projected }, { ...settings, lengths }, normalizers, ranks);
  const [, , units] = outputs.hidden.shape;
  const padding = zeros<Rank.R3>([time - lengths.time, batch, units]);
  return { ...outputs, hidden: concat([outputs.hidden, padding]) };
}
