import type { PlacementPath, Size } from '../recipes/recipe';
import { chosen } from '../settings/setting';
import type { Changes, SettingsOf } from '../settings/settings';

interface Row {
  readonly name: string;
  /** The row in words. */
  readonly title: string;
  /** The preset this one varies; absent for a baseline. */
  readonly baseline?: string;
}

/** One row of table 2: a size of a recipe and what it changes there. */
export interface LanguagePreset extends Row {
  readonly task: 'language';
  readonly size: Size;
  /** What differs from the recipe; each change carries its own source. */
  readonly changes: Changes<'language'>;
}

/** One row of table 1. */
export interface SpeechPreset extends Row {
  readonly task: 'speech';
  /** What differs from the recipe; each change carries its own source. */
  readonly changes: Changes<'speech'>;
}

/** One row of a table. */
export type Preset = LanguagePreset | SpeechPreset;

/** No normalization anywhere: where every preset starts. */
export const noNormalization: SettingsOf<PlacementPath> = {
  'model.normalize.inputToHidden': chosen('none'),
  'model.normalize.hiddenToHidden': chosen('none'),
  'model.normalize.preActivation': chosen('none'),
  'model.normalize.cell': chosen('none'),
  'model.normalize.hiddenToOutput': chosen('none'),
  'model.normalize.embedding': chosen('none'),
};

/** The treatment: the baseline with these changes and nothing else. */
export function vary<Of extends Preset>(
  baseline: Of,
  treatment: {
    readonly name: string;
    readonly title: string;
    readonly changes: NoInfer<Of>['changes'];
  },
): Of {
  const { name, title, changes } = treatment;
  return {
    ...baseline,
    name,
    title,
    changes: { ...baseline.changes, ...changes },
    baseline: baseline.name,
  };
}
