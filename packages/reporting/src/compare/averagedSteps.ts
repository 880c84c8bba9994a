import type { Comparison } from './compareRuns';

/** What the loss at a step is the mean of: "50 steps", or of a thinned log "50 steps (3 of them logged)". */
export function averagedSteps({ window, logged }: Comparison): string {
  return logged === window ? `${window} steps` : `${window} steps (${logged} of them logged)`;
}
