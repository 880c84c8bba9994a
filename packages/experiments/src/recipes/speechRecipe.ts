import { expectOneOf } from '@bnrnn/core';
import type { PathOf } from '../settings/settingDefinitions';
import type { SettingsOf } from '../settings/settings';
import { paperTextSpeech } from './paperTextSpeech';
import type { PresetPath } from './recipe';

/** How one source trained the frame classifiers: every value with its own tag. */
export interface SpeechRecipe {
  readonly name: string;
  /** Whose recipe it is, one line. */
  readonly title: string;
  readonly settings: SettingsOf<Exclude<PathOf<'speech'>, PresetPath>>;
}

/** Every recipe of the frame classifiers, the default first. The authors' code has none. */
export const speechRecipes: readonly SpeechRecipe[] = [paperTextSpeech];

export const defaultSpeechRecipe = paperTextSpeech.name;

/** The recipe of that name. @throws UsageError listing the names. */
export function findSpeechRecipe(name: string): SpeechRecipe {
  const names = speechRecipes.map((recipe) => recipe.name);
  const found = expectOneOf('--recipe of a frame classifier', name, names);
  return speechRecipes[names.indexOf(found)] as SpeechRecipe;
}
