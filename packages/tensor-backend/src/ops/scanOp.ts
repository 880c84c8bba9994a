import { UsageError } from '@bnrnn/core';
import { zeros } from '@tensorflow/tfjs-core';
import { defineOp } from '../dispatch/defineOp';
import { runOp } from '../dispatch/runOp';
import type { InsidePlacement } from './cellSteps';
import {
  stepwiseScan,
  type ScanTensors,
  type StepwiseScanResult,
  type StepwiseSettings,
} from './stepwiseScan';

/** A normalizer as plain data: a kernel sees by its kind and settings whether it knows it. */
export interface ScanNormalizerSpec {
  readonly kind: string;
  readonly over?: 'frame' | 'sequence';
  readonly groups?: number;
  readonly epsilon?: number;
  readonly epsilonRule?: 'variance' | 'double';
}

/** The plain values of a scan. */
export interface ScanAttributes extends StepwiseSettings {
  /** The normalizers inside the recurrence. */
  readonly normalize: Readonly<Partial<Record<InsidePlacement, ScanNormalizerSpec>>>;
  readonly mode: 'batch' | 'stored';
  /** Steps before this window, for statistics kept per time step. */
  readonly firstStep: number;
}

/**
 * The scan of a cell, with or without normalizers inside its recurrence: `lstmScan`, `gruScan` and `rnnScan`
 * have the formulas.
 *
 * The moments that normalizers take of step s stand in row s, in the order in which steps are taken; the
 * placements of `normalize` stand side by side in the order hiddenToHidden, preActivation, cell. Without
 * moments they have no rows. `finalCell` is empty for a cell that has none.
 *
 * The fallback is of plain scans: whoever hands normalizers over hands in what calls them.
 */
export const scanOp = defineOp<ScanAttributes>()({
  name: 'scan',
  inputs: { projected: 'time batch gates', recurrent: 'units gates', hidden0: 'batch units' },
  optional: {
    recurrentBias: 'gates',
    peepholes: 'places units',
    cell0: 'batch units',
    hiddenToHiddenGain: 'gates',
    hiddenToHiddenShift: 'gates',
    hiddenToHiddenMean: 'hiddenToHiddenRows gates',
    hiddenToHiddenVariance: 'hiddenToHiddenRows gates',
    preActivationGain: 'gates',
    preActivationShift: 'gates',
    preActivationMean: 'preActivationRows gates',
    preActivationVariance: 'preActivationRows gates',
    cellGain: 'units',
    cellShift: 'units',
    cellMean: 'cellRows units',
    cellVariance: 'cellRows units',
  },
  outputs: {
    hidden: 'time batch units',
    finalHidden: 'batch units',
    finalCell: 'batch units',
    mean: 'steps features',
    variance: 'steps features',
  },
  constants: [
    'hiddenToHiddenMean',
    'hiddenToHiddenVariance',
    'preActivationMean',
    'preActivationVariance',
    'cellMean',
    'cellVariance',
  ],
  fallback(inputs, { normalize, ...attributes }) {
    const [placement] = Object.keys(normalize);
    if (placement !== undefined) {
      throw new UsageError(`scan: normalize.${placement} is set, expected none on this fallback.`, {
        hint: 'Hand a fallback that calls the normalizers to runOp.',
      });
    }
    return { ...stepwiseScan(inputs, attributes), mean: zeros([0, 0]), variance: zeros([0, 0]) };
  },
});

/** A scan without normalizers; `finalCell` is empty for a cell that has none, and freed. */
export function runPlainScan(
  inputs: ScanTensors,
  attributes: StepwiseSettings,
): StepwiseScanResult {
  const plain = { normalize: {}, mode: 'batch', firstStep: 0 } as const;
  const { mean, variance, ...outputs } = runOp(scanOp, inputs, { ...attributes, ...plain });
  const unused =
    inputs.cell0 === undefined ? [mean, variance, outputs.finalCell] : [mean, variance];
  for (const tensor of unused) tensor.dispose();
  return outputs;
}
