import type { Size } from '../recipes/recipe';
import { chosen } from '../settings/setting';
import type { LanguagePreset, SpeechPreset } from './preset';

/** Units of the tiny versions: as different as the sizes they stand for. */
const tinyUnits: Readonly<Record<Size, number>> = { small: 32, medium: 48, large: 64 };

const note = 'tiny: under a minute on one core';

/** The same structure at a size that trains in under a minute on one core. */
export function tiny(preset: LanguagePreset): LanguagePreset {
  return {
    ...preset,
    ...renamed(preset),
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
      ...('normalization.renorm.rRise' in preset.changes && {
        'normalization.renorm.plainUpdates': chosen(20, note),
        'normalization.renorm.rRise': chosen(100, note),
        'normalization.renorm.dRise': chosen(60, note),
      }),
    },
  };
}

/** The same for a frame classifier: fewer units, shorter utterances, a higher rate for its few steps. */
export function tinySpeech(preset: SpeechPreset): SpeechPreset {
  return {
    ...preset,
    ...renamed(preset),
    changes: {
      ...preset.changes,
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
    },
  };
}

function renamed({ name, title, baseline }: LanguagePreset | SpeechPreset) {
  return {
    name: `${name}-tiny`,
    title: `${title}, tiny`,
    ...(baseline !== undefined && { baseline: `${baseline}-tiny` }),
  };
}
