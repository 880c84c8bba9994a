/** What a dispatch for one step of time is told; places in an array count its elements. */
export const scanNumbers = {
  time: 'u32',
  batch: 'u32',
  units: 'u32',
  /** Rows that a workgroup of the programs by unit visits. */
  rows: 'u32',
  /** The step of time. */
  step: 'u32',
  /** The step of time that was taken before; `time` where there is none. */
  last: 'u32',
  /** Which of the states is the step's own, and which the one before it. */
  after: 'u32',
  before: 'u32',
  /** Rows that are real at this step, and whether they are too few for moments of their own. */
  real: 'f32',
  isFew: 'u32',
  hasBias: 'u32',
  hasPeepholes: 'u32',
  hasLengths: 'u32',
  // Places in `work`.
  cells: 'u32',
  gates: 'u32',
  /** h·U, and what takes its place: the gradient of it. `gates` where nothing normalizes it. */
  terms: 'u32',
  sums: 'u32',
  /** The moments of this step, side by side for all placements. */
  mean: 'u32',
  variance: 'u32',
  // Places in `parameters`.
  bias: 'u32',
  peepholes: 'u32',
  // Places in `back`.
  dCell: 'u32',
  dNormal: 'u32',
  /** Gradients of the parameters: a part of each row of workgroups, `partSize` apart. */
  parts: 'u32',
  partSize: 'u32',
  dBias: 'u32',
  dPeepholes: 'u32',
  ...placementNumbers('h'),
  ...placementNumbers('s'),
  ...placementNumbers('c'),
} as const;

type Letter = 'h' | 's' | 'c';

/** The numbers of one placement, which its letter begins: of h·U, of the sum, of the cell. */
export interface PlacementNumbers {
  readonly Gain: number;
  readonly Shift: number;
  readonly HasShift: number;
  /** This step's stored statistics in `parameters`. */
  readonly Mean: number;
  readonly Variance: number;
  readonly Epsilon: number;
  /** 1 for the rule `double`, or the groups of layer normalization. */
  readonly Detail: number;
  /** Where its features begin in the moments of a step. */
  readonly Column: number;
  readonly DGain: number;
  readonly DShift: number;
}

type Prefixed<Of extends Letter> = {
  readonly [Name in keyof PlacementNumbers as `${Of}${Name}`]: Name extends 'Epsilon'
    ? 'f32'
    : 'u32';
};

function placementNumbers<const Of extends Letter>(letter: Of): Prefixed<Of> {
  const names = [
    ...['Gain', 'Shift', 'HasShift', 'Mean', 'Variance', 'Epsilon'],
    ...['Detail', 'Column', 'DGain', 'DShift'],
  ];
  const entries = names.map((name) => [`${letter}${name}`, name === 'Epsilon' ? 'f32' : 'u32']);
  return Object.fromEntries(entries) as Prefixed<Of>;
}

export type ScanNumbers = Readonly<Record<keyof typeof scanNumbers, number>>;

export const letters = { hiddenToHidden: 'h', preActivation: 's', cell: 'c' } as const;
