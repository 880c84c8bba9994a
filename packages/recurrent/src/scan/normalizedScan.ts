import { longestRow, rowsOfEachStep, type Lengths } from '@bnrnn/core';
import type { NormalizerMode } from '@bnrnn/normalization';
import { defineContract, runOp } from '@bnrnn/tensor-backend';
import { concat, slice, zeros, type Tensor } from '@tensorflow/tfjs-core';
import type { PlacementSpecs } from '../layers/layerSpec';
import type { PlacementNormalizers } from '../layers/placedNormalizers';
import { tidyResult } from '../tidyResult';
import type { CellKind } from './cellSteps';
import { stepwiseScan } from './stepwiseScan';

/** The plain values of a normalized scan: what a fused kernel reads to see whether it knows them. */
export interface NormalizedScanAttributes {
  readonly cell: CellKind;
  /** A vanilla RNN's; other cells ignore it. */
  readonly activation: 'tanh' | 'relu';
  /** The normalizers inside the recurrence: hiddenToHidden, preActivation, cell. */
  readonly normalize: PlacementSpecs;
  readonly mode: NormalizerMode;
  readonly reverse: boolean;
  /** Steps before this window, for statistics kept per time step. */
  readonly firstStep: number;
  /** Undefined where nothing is padded. */
  readonly lengths: Lengths | undefined;
}

/**
 * A scan with normalizers inside its recurrence.
 *
 * Moments of step s stand in row s, in the order in which steps are taken; the placements of
 * `normalize` stand side by side in the order hiddenToHidden, preActivation, cell. Without moments they have no rows.
 * `finalCell` is empty for a cell that has none.
 */
export const normalizedScanContract = defineContract<NormalizedScanAttributes>()({
  name: 'NormalizedScan',
  op: 'normalizedScan',
  inputs: ['projected', 'recurrent', 'hidden0'],
  optional: [
    'recurrentBias',
    'peepholes',
    'cell0',
    'hiddenToHiddenGain',
    'hiddenToHiddenShift',
    'hiddenToHiddenMean',
    'hiddenToHiddenVariance',
    'preActivationGain',
    'preActivationShift',
    'preActivationMean',
    'preActivationVariance',
    'cellGain',
    'cellShift',
    'cellMean',
    'cellVariance',
  ],
  outputs: ['hidden', 'finalHidden', 'finalCell', 'mean', 'variance'],
});

type InputName =
  (typeof normalizedScanContract.inputs)[number] | (typeof normalizedScanContract.optional)[number];

/** The tensors of a normalized scan by name; optional ones may be absent. */
export type NormalizedScanInputs = Readonly<
  Record<'projected' | 'recurrent' | 'hidden0', Tensor> & Partial<Record<InputName, Tensor>>
>;

export type NormalizedScanOutputs = Record<(typeof normalizedScanContract.outputs)[number], Tensor>;

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
  const [time, batch] = inputs.projected.shape as [number, number];
  const outputs = runOp(normalizedScanContract, inputs, attributes, () =>
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
  const [time, batch] = inputs.projected.shape as [number, number];
  const projected = slice(inputs.projected, 0, lengths.time);
  const outputs = run({ ...inputs, projected }, { ...attributes, lengths }, normalizers);
  const [, , units] = outputs.hidden.shape as [number, number, number];
  const padding = zeros([time - lengths.time, batch, units]);
  return { ...outputs, hidden: concat([outputs.hidden, padding]) };
}
