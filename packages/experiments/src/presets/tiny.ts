import type { Size } from '../recipes/recipe';
import { chosen } from '../settings/setting';
import type { Preset } from './preset';

/** Units of the tiny versions: as different as the sizes they stand for. */
const tinyUnits: Readonly<Record<Size, number>> = { small: 32, medium: 48, large: 64 };

const note = 'tiny: under a minute on one core';

/** The same structure at a size that trains in under a minute on one core. */
export function tiny(preset: Preset): Preset {
  return {
    ...preset,
    name: `${preset.name}-tiny`,
    title: `${preset.title}, tiny`,
    ...(preset.baseline !== undefined && { baseline: `${preset.baseline}-tiny` }),
    changes: {
      ...preset.changes,
      'model.units': chosen(tinyUnits[preset.size], note),
      'data.batch': chosen(16, note),
      'data.time': chosen(10, note),
      'schedule.epochs': chosen(1, note),
      'schedule.maxSteps': chosen(200, note),
      'checkpoints.everySteps': chosen(50, note),
      'evaluation.maxBatches': chosen(40, note),
      'evaluation.recalibrationBatches': chosen(40, note),
    },
  };
}
