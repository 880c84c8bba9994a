import { UsageError, type Lengths } from '@bnrnn/core';
import { zeros, type Rank, type Tensor2D, type Tensor3D } from '@tensorflow/tfjs-core';
import { defineOp, type OpInputs } from '../dispatch/defineOp';
import { runOp } from '../dispatch/runOp';
import { gruCell } from './gruCell';
import { lstmCell } from './lstmCell';
import { rnnCell } from './rnnCell';
import { scan } from './scan';

/** The kinds of cell that a scan repeats. */
export type CellKind = 'lstm' | 'gru' | 'rnn';

/** How many gates a cell has: h·U is as many times as wide as h. */
export const gateCounts = { lstm: 4, gru: 3, rnn: 1 } as const;

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

/** The plain values of a scan. */
export interface ScanAttributes {
  readonly cell: CellKind;
  /** A vanilla RNN's; other cells ignore it. */
  readonly activation: 'tanh' | 'relu';
  /** The normalizers inside the recurrence. */
  readonly normalize: Readonly<Partial<Record<InsidePlacement, ScanNormalizerSpec>>>;
  readonly mode: 'batch' | 'stored';
  readonly reverse: boolean;
  /** Steps before this window, for statistics kept per time step. */
  readonly firstStep: number;
  /** Undefined where nothing is padded. */
  readonly lengths: Lengths | undefined;
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
  fallback(inputs, { cell, activation, normalize, lengths, reverse }) {
    const [placement] = Object.keys(normalize);
    if (placement !== undefined) {
      throw new UsageError(`scan: normalize.${placement} is set, expected none on this fallback.`, {
        hint: 'Hand a fallback that calls the normalizers to runOp.',
      });
    }
    const { projected, recurrent, recurrentBias, peepholes, hidden0, cell0 } = inputs;
    const { hidden, states } = scan({
      ...{ projected, recurrent, recurrentBias, lengths, reverse },
      states: cell0 === undefined ? [hidden0] : [hidden0, cell0],
      parameters: peepholes ? [peepholes] : [],
      cell: ([peeps]) => {
        if (cell === 'gru') return gruCell;
        if (cell === 'rnn') return rnnCell(activation);
        return lstmCell(recurrent.shape[0], peeps as Tensor2D | undefined);
      },
    });
    const none = zeros<Rank.R2>([0, 0]);
    const [finalHidden, finalCell = none] = states as [Tensor2D, Tensor2D?];
    return { hidden, finalHidden, finalCell, mean: none, variance: none };
  },
});

type PlainInputs = Pick<
  OpInputs<typeof scanOp>,
  'projected' | 'recurrent' | 'hidden0' | 'recurrentBias' | 'peepholes' | 'cell0'
>;

/** A scan without normalizers; `finalCell` is empty for a cell that has none, and freed. */
export function runPlainScan(
  inputs: PlainInputs,
  attributes: Pick<ScanAttributes, 'cell' | 'activation' | 'reverse' | 'lengths'>,
): { hidden: Tensor3D; finalHidden: Tensor2D; finalCell: Tensor2D } {
  const plain = { normalize: {}, mode: 'batch', firstStep: 0 } as const;
  const { mean, variance, ...outputs } = runOp(scanOp, inputs, { ...attributes, ...plain });
  const unused =
    inputs.cell0 === undefined ? [mean, variance, outputs.finalCell] : [mean, variance];
  for (const tensor of unused) tensor.dispose();
  return outputs;
}
