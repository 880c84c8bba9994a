import type { Size } from '../recipes/recipe';
import { chosen } from '../settings/setting';
import type { Changes } from '../settings/settings';
import type { LanguagePreset, Preset } from './preset';

/** Units of the tiny versions: as different as the sizes they stand for. */
const tinyUnits: Readonly<Record<Size, number>> = { small: 32, medium: 48, large: 64 };

const note = 'tiny: under a minute on one core';

/** The same structure at a size that trains in under a minute on one core. */
export function tiny(preset: Preset): Preset {
  const { name, title, baseline } = preset;
  const renamed = {
    name: `${name}-tiny`,
    title: `${title}, tiny`,
    ...(baseline !== undefined && { baseline: `${baseline}-tiny` }),
  };
  return preset.task === 'language'
    ? { ...preset, ...renamed, changes: { ...preset.changes, ...tinyLanguage(preset) } }
    : { ...preset, ...renamed, changes: { ...preset.changes, ...tinySpeech } };
}

function tinyLanguage({ size, changes }: LanguagePreset): Changes<'language'> {
  return {
    'model.units': chosen(tinyUnits[size], note),
    'data.batch': chosen(16, note),
    'data.time': chosen(10, note),
    'schedule.epochs': chosen(1, note),
    'schedule.maxSteps': chosen(200, note),
    'checkpoints.everySteps': chosen(50, note),
    'evaluation.maxBatches': chosen(40, note),
    'evaluation.recalibrationBatches': chosen(40, note),
    ...('normalization.renorm.rRise' in changes && {
      'normalization.renorm.plainUpdates': chosen(20, note),
      'normalization.renorm.rRise': chosen(100, note),
      'normalization.renorm.dRise': chosen(60, note),
    }),
  };
}

/** Fewer units, shorter utterances, a higher rate for the few steps. */
const tinySpeech: Changes<'speech'> = {
  'model.layers': chosen(2, note),
  'model.units': chosen(32, note),
  'data.batch': chosen(8, note),
  'data.maxFrames': chosen(400, note),
  'optimizer.learningRate': chosen(3e-3, note),
  'schedule.epochs': chosen(1, note),
  'schedule.maxSteps': chosen(60, note),
  'checkpoints.everySteps': chosen(20, note),
  'evaluation.maxBatches': chosen(10, note),
  'evaluation.trainBatches': chosen(5, note),
  'evaluation.recalibrationBatches': chosen(10, note),
};
