import type { Unit } from '@bnrnn/core';
import type { PlacementPath, Size } from '../recipes/recipe';
import { chosen } from '../settings/setting';
import type { Changes, SettingsOf } from '../settings/settings';

/** One row of a table: a size of a recipe and what it changes there. */
export interface Preset {
  readonly name: string;
  /** The row in words. */
  readonly title: string;
  readonly unit: Unit;
  readonly size: Size;
  /** What differs from the recipe; each change carries its own source. */
  readonly changes: Changes;
  /** The preset this one varies; absent for a baseline. */
  readonly baseline?: string;
}

/** No normalization anywhere: where every preset starts. */
export const noNormalization: SettingsOf<PlacementPath> = {
  'model.normalize.inputToHidden': chosen('none'),
  'model.normalize.hiddenToHidden': chosen('none'),
  'model.normalize.preActivation': chosen('none'),
  'model.normalize.cell': chosen('none'),
};

/** The treatment: the baseline with these changes and nothing else. */
export function vary(
  baseline: Preset,
  treatment: { readonly name: string; readonly title: string; readonly changes: Changes },
): Preset {
  const { name, title, changes } = treatment;
  return {
    ...baseline,
    name,
    title,
    changes: { ...baseline.changes, ...changes },
    baseline: baseline.name,
  };
}
