import type { Lengths } from '@bnrnn/core';
import { defineOp } from '../dispatch/defineOp';

/** Where a normalizer may stand inside a recurrence. */
export type InsidePlacement = 'hiddenToHidden' | 'preActivation' | 'cell';

/** A normalizer as plain data: a kernel sees by its kind and settings whether it knows it. */
export interface ScanNormalizerSpec {
  readonly kind: string;
  readonly over?: 'frame' | 'sequence';
  readonly groups?: number;
  readonly epsilon?: number;
  readonly epsilonRule?: 'variance' | 'double';
}

/** The plain values of a normalized scan: what a fused kernel reads to see whether it knows them. */
export interface NormalizedScanAttributes {
  readonly cell: 'lstm' | 'gru' | 'rnn';
  /** A vanilla RNN's; other cells ignore it. */
  readonly activation: 'tanh' | 'relu';
  /** The normalizers inside the recurrence: hiddenToHidden, preActivation, cell. */
  readonly normalize: Readonly<Partial<Record<InsidePlacement, ScanNormalizerSpec>>>;
  readonly mode: 'batch' | 'stored';
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
export const normalizedScanOp = defineOp<NormalizedScanAttributes>()({
  name: 'normalizedScan',
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
});
