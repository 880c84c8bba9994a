import { longestRow, rowsOfEachStep, type Lengths } from '@bnrnn/core';
import { isBatchNormSpec, type Measured } from '@bnrnn/normalization';
import { scanOp, runOp, type OpInputs, type OpOutputs } from '@bnrnn/tensor-backend';
import {
  concat,
  slice,
  split,
  zeros,
  type Rank,
  type Tensor,
  type Tensor2D,
  type Tensor3D,
} from '@tensorflow/tfjs-core';
import { insidePlacements, type InsidePlacement, type PlacementSpecs } from '../layers/layerSpec';
import { tidyResult } from '../tidyResult';
import {
  stepwiseScan,
  type MeasuredInside,
  type NormalizersInside,
  type ScanSettings,
  type ScanTensors,
} from './stepwiseScan';

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
 * A reversed scan takes its first step at the last frame of the longest row: padding behind it would
 * shift statistics that are kept per step.
 */
export function normalizedScan(
  inputs: ScanTensors,
  settings: ScanSettings,
  normalizers: NormalizersInside,
): NormalizedScanResult {
  const { lengths, reverse } = settings;
  const longest = lengths && longestRow(lengths);
  if (reverse && lengths && longest !== undefined && longest > 0 && longest < lengths.time) {
    const real = { ...lengths, time: longest };
    return tidyResult(() => withoutPadding(inputs, settings, real, normalizers));
  }
  return run(inputs, settings, normalizers);
}

function run(
  inputs: ScanTensors,
  settings: ScanSettings,
  normalizers: NormalizersInside,
): NormalizedScanResult {
  const [time, batch] = inputs.projected.shape;
  const given = { ...inputs, ...kernelInputs(normalizers) };
  const attributes = { ...settings, normalize: specsOf(normalizers) };
  return tidyResult(() => {
    // Present where the scan ran step by step: it has room for what any strategy measures.
    const outputs: Outputs & { measured?: MeasuredInside } = runOp(
      scanOp,
      given,
      attributes,
      () => ({
        ...stepwiseScan(inputs, settings, normalizers),
        mean: zeros([0, 0]),
        variance: zeros([0, 0]),
      }),
    );
    const { hidden, finalHidden, finalCell } = outputs;
    const found = outputs.measured ?? momentsOf(outputs, inputs, normalizers);
    const counts = rowsOfEachStep({ time, batch }, settings.lengths);
    if (settings.reverse) counts.reverse();
    const measured = Object.fromEntries(
      Object.entries(found).map(([placement, tensors]) => [placement, { tensors, counts }]),
    );
    return { hidden, finalHidden, finalCell, measured };
  });
}

type Outputs = OpOutputs<typeof scanOp>;

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
): NormalizedScanResult {
  const [time, batch] = inputs.projected.shape;
  const projected = slice(inputs.projected, 0, lengths.time);
  const outputs = run({ ...inputs, projected }, { ...settings, lengths }, normalizers);
  const [, , units] = outputs.hidden.shape;
  const padding = zeros<Rank.R3>([time - lengths.time, batch, units]);
  return { ...outputs, hidden: concat([outputs.hidden, padding]) };
}
