import { expectOneOf } from '@bnrnn/core';
import { paperTextSpeech } from './paperTextSpeech';
import type { SpeechRecipe } from './speechRecipe';

/** Every recipe of the frame classifiers, the default first. The authors' code has none. */
export const speechRecipes: readonly SpeechRecipe[] = [paperTextSpeech];

export const defaultSpeechRecipe = paperTextSpeech.name;

/** The recipe of that name. @throws UsageError listing the names. */
export function findSpeechRecipe(name: string): SpeechRecipe {
  const names = speechRecipes.map((recipe) => recipe.name);
  const found = expectOneOf('--recipe of a frame classifier', name, names);
  return speechRecipes[names.indexOf(found)] as SpeechRecipe;
}
