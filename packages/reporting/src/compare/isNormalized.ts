import type { RunGroup } from './runGroup';

/** False where the settings say that nothing is normalized: every choice of statistics is then the same. */
export function isNormalized({ summaries }: RunGroup): boolean {
  const placements = Object.entries(summaries[0].run.config.settings).filter(([path]) =>
    path.startsWith('model.normalize.'),
  );
  return placements.length === 0 || placements.some(([, { value }]) => value !== 'none');
}
