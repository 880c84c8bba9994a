import { expectOneOf } from '@bnrnn/core';
import { authorsCode } from './authorsCode';
import { paperText } from './paperText';
import type { Recipe } from './recipe';
import { tensorflow } from './tensorflow';
import { zaremba } from './zaremba';

/** Every recipe, the default first. */
export const recipes: readonly Recipe[] = [authorsCode, paperText, zaremba, tensorflow];

export const defaultRecipe = authorsCode.name;

/** The recipe of that name. @throws UsageError listing the names. */
export function findRecipe(name: string): Recipe {
  const names = recipes.map((recipe) => recipe.name);
  const found = expectOneOf('--recipe', name, names);
  return recipes[names.indexOf(found)] as Recipe;
}
