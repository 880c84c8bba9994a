import type { NormalizerSpec } from '@bnrnn/normalization';
import type { InitializerSpec } from '../initialize/initializer';

/** Where a normalizer can stand in a recurrent layer. */
export const placements = [
  'inputToHidden',
  'hiddenToHidden',
  'preActivation',
  'cell',
  'hiddenToOutput',
] as const;

/**
 * - `inputToHidden`: on W·x, before the scan: the paper's placement.
 * - `hiddenToHidden`: on h·U, inside the recurrence.
 * - `preActivation`: on the sum W·x + h·U: the paper's negative result.
 * - `cell`: on an LSTM's cell where the output gate reads it (Cooijmans et al.).
 * - `hiddenToOutput`: on h on its way up, to the next layer or to the softmax; the recurrence and the
 *   carried state have h as it is.
 */
export type Placement = (typeof placements)[number];

/** The normalizers of one layer as plain data; a placement left out is not normalized. */
export type PlacementSpecs = Readonly<Partial<Record<Placement, NormalizerSpec>>>;

interface CellSpec {
  readonly units: number;
  readonly biases: 1 | 2;
  readonly normalize: PlacementSpecs;
  /** The layer's own rule for its weights, instead of the model's. */
  readonly initializer?: InitializerSpec;
}

export interface LstmSpec extends CellSpec {
  readonly kind: 'lstm';
  /** Which gates see the cell: none, the output gate alone, or all three. */
  readonly peepholes: 'none' | 'output' | 'all';
}

export interface RnnSpec extends CellSpec {
  readonly kind: 'rnn';
  readonly activation: 'tanh' | 'relu';
}

export interface GruSpec extends CellSpec {
  readonly kind: 'gru';
}

export interface BidirectionalSpec {
  readonly kind: 'bidirectional';
  readonly layer: LstmSpec | RnnSpec | GruSpec;
  readonly merge: 'concat' | 'sum';
  readonly statistics: 'per direction' | 'shared';
}

/** A layer as plain JSON: everything but its weights and the width of its input. */
export type LayerSpec = LstmSpec | RnnSpec | GruSpec | BidirectionalSpec;
