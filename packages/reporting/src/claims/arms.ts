import type { RunConfig } from '../run/run';

/** One of the two sides of a claim: which runs belong to it. */
export type Arm = (config: RunConfig) => boolean;

const placements = [
  'inputToHidden',
  'hiddenToHidden',
  'preActivation',
  'cell',
  'hiddenToOutput',
  'embedding',
] as const;
type ClaimPlacement = (typeof placements)[number];

/** What normalizes at a placement of the run, e.g. `frame`; `none` where nothing does. */
function strategyAt({ settings }: RunConfig, placement: ClaimPlacement): string {
  const strategy = settings[`model.normalize.${placement}`]?.value ?? 'none';
  return typeof strategy === 'string' ? strategy : JSON.stringify(strategy);
}

/** Runs without any normalization. */
export const baseline: Arm = (config) =>
  placements.every((placement) => strategyAt(config, placement) === 'none');

/** Runs that normalize at one placement alone, by one of the strategies. */
export function normalizedAt(placement: ClaimPlacement, strategies: readonly string[]): Arm {
  return (config) =>
    placements.every((other) =>
      other === placement
        ? strategies.includes(strategyAt(config, other))
        : strategyAt(config, other) === 'none',
    );
}

/** The paper's normalization: batch statistics of W·x, frame-wise or sequence-wise. */
export const batchNormalized: Arm = normalizedAt('inputToHidden', ['frame', 'sequence']);
