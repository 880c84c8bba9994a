import type { Setting } from '@bnrnn/core';
import { corpusAsItIs } from '../build/corpusAsItIs';
import { languageModelSpec } from '../build/modelSpec';
import { refuseImpossible } from './refuseImpossible';
import { authorsCode, authorsNormalization } from '../recipes/authorsCode';
import { paperText } from '../recipes/paperText';
import type { NormalizationPath } from '../recipes/recipe';
import { tensorflow } from '../recipes/tensorflow';
import { zaremba } from '../recipes/zaremba';
import { chosen } from '../settings/setting';
import type { SettingsOf } from '../settings/settings';
import { beforeInBoth, start } from './start';
import type { Task } from './task';

/** To predict the tokens of a text: table 2. */
export const language: Task<'language'> = {
  name: 'language',
  model: 'language model',
  recipes: [authorsCode, paperText, zaremba, tensorflow],
  settings: (recipe, { size }) => ({
    ...recipe.shared,
    ...recipe.sizes[size],
    ...(recipe.normalization ?? borrowedNormalization(recipe.name)),
    ...start,
    ...corpusAsItIs,
  }),
  before: {
    ...beforeInBoth,
    ...corpusAsItIs,
    'model.normalize.embedding': chosen('none', 'before there was a choice'),
    'model.initializer': chosen('uniform', 'before there was a choice'),
    'model.embeddingDeviation': chosen(0, 'before there was a choice'),
    'model.tied': chosen(false, 'before there was a choice'),
  },
  refuse: refuseImpossible,
  unitOf: (settings) => settings['data.level'].value,
  modelSpec: languageModelSpec,
};

/** The authors' settings of batch normalization under a recipe that has none, each saying so. */
function borrowedNormalization(recipe: string): SettingsOf<NormalizationPath> {
  const entries = Object.entries<Setting>(authorsNormalization).map(([path, setting]) => {
    const why = `${recipe} has no batch normalization: the authors' setting`;
    const note = setting.note === undefined ? why : `${why}; ${setting.note}`;
    return [path, { ...setting, note }];
  });
  return Object.fromEntries(entries) as SettingsOf<NormalizationPath>;
}
