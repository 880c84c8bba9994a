import { longestRow, rowsOfEachStep, type Lengths } from '@bnrnn/core';
import {
  normalizedScanOp,
  runOp,
  type NormalizedScanAttributes,
  type OpInputs,
  type OpOutputs,
} from '@bnrnn/tensor-backend';
import { concat, slice, zeros, type Rank } from '@tensorflow/tfjs-core';
import type { PlacementNormalizers } from '../layers/placedNormalizers';
import { tidyResult } from '../tidyResult';
import { stepwiseScan } from './stepwiseScan';

/** The tensors of a normalized scan by name; optional ones may be absent. */
export type NormalizedScanInputs = OpInputs<typeof normalizedScanOp>;

type NormalizedScanOutputs = OpOutputs<typeof normalizedScanOp>;

/** With the real rows of each step, in the order in which steps are taken. */
export type NormalizedScanResult = NormalizedScanOutputs & { readonly rows: Int32Array };

/**
 * Runs a cell over time with normalizers inside the recurrence: on a backend's fused kernel where
 * it has one, step by step otherwise.
 *
 * A reversed scan takes its first step at the last frame of the longest row: padding behind it would
 * shift statistics that are kept per step.
 *
 * @param normalizers  what runs step by step where no kernel serves the specs in `attributes`; built-in
 * strategies may be left out.
 */
export function normalizedScan(
  inputs: NormalizedScanInputs,
  attributes: NormalizedScanAttributes,
  normalizers: PlacementNormalizers = {},
): NormalizedScanResult {
  const { lengths, reverse } = attributes;
  const longest = lengths && longestRow(lengths);
  if (reverse && lengths && longest !== undefined && longest > 0 && longest < lengths.time) {
    const real = { ...lengths, time: longest };
    return tidyResult(() => withoutPadding(inputs, attributes, real, normalizers));
  }
  return run(inputs, attributes, normalizers);
}

function run(
  inputs: NormalizedScanInputs,
  attributes: NormalizedScanAttributes,
  normalizers: PlacementNormalizers,
): NormalizedScanResult {
  const [time, batch] = inputs.projected.shape;
  const outputs = runOp(normalizedScanOp, inputs, attributes, () =>
    stepwiseScan(inputs, attributes, normalizers),
  );
  const rows = rowsOfEachStep({ time, batch }, attributes.lengths);
  return { ...outputs, rows: attributes.reverse ? rows.reverse() : rows };
}

/** The scan of the steps of `lengths`, zeros behind them. */
function withoutPadding(
  inputs: NormalizedScanInputs,
  attributes: NormalizedScanAttributes,
  lengths: Lengths,
  normalizers: PlacementNormalizers,
): NormalizedScanResult {
  const [time, batch] = inputs.projected.shape;
  const projected = slice(inputs.projected, 0, lengths.time);
  const outputs = run({ ...inputs, projected }, { ...attributes, lengths }, normalizers);
  const [, , units] = outputs.hidden.shape;
  const padding = zeros<Rank.R3>([time - lengths.time, batch, units]);
  return { ...outputs, hidden: concat([outputs.hidden, padding]) };
}
