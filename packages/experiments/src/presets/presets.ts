import { expectOneOf, UsageError } from '@bnrnn/core';
import type { LanguagePreset, Preset, SpeechPreset } from './preset';
import { ptbCharRnn, ptbCharRnnBn } from './ptbCharRnn';
import { ptbLarge, ptbLargeBn } from './ptbLarge';
import { ptbMedium, ptbMediumBn } from './ptbMedium';
import { ptbSmall, ptbSmallBn } from './ptbSmall';
import { ptbSmallCooijmans, ptbSmallLayer } from './ptbSmallOthers';
import { ptbSmallBnBoth, ptbSmallBnHidden, ptbSmallBnSum } from './ptbSmallPlacements';
import { ptbSmallRenorm, ptbSmallRms, ptbSmallWeight } from './ptbSmallStrategies';
import { ptbSmallRnn, ptbSmallRnnBn } from './ptbSmallRnn';
import { tiny, tinySpeech } from './tiny';
import { wsjBirnn, wsjBirnnBn } from './wsjBirnn';

const languageModels: readonly LanguagePreset[] = [
  ptbSmall,
  ptbSmallBn,
  ptbMedium,
  ptbMediumBn,
  ptbLarge,
  ptbLargeBn,
  ptbSmallBnSum,
  ptbSmallBnHidden,
  ptbSmallBnBoth,
  ptbSmallCooijmans,
  ptbSmallLayer,
  ptbSmallRms,
  ptbSmallRenorm,
  ptbSmallWeight,
  ptbSmallRnn,
  ptbSmallRnnBn,
  ptbCharRnn,
  ptbCharRnnBn,
];

const frameClassifiers: readonly SpeechPreset[] = [wsjBirnn, wsjBirnnBn];

/** The language models: the rows of table 2, their variants, and a tiny version of each. */
export const languagePresets: readonly LanguagePreset[] = [
  ...languageModels,
  ...languageModels.map(tiny),
];

/** The frame classifiers: the rows of table 1, and a tiny version of each. */
export const speechPresets: readonly SpeechPreset[] = [
  ...frameClassifiers,
  ...frameClassifiers.map(tinySpeech),
];

/** Every preset. */
export const presets: readonly Preset[] = [...languagePresets, ...speechPresets];

/** The preset of that name. @throws UsageError listing the names. */
export function findPreset(name: string): Preset {
  const found = presets.find((preset) => preset.name === name);
  if (found !== undefined) return found;
  const names = [...languageModels, ...frameClassifiers].map((preset) => preset.name);
  expectOneOf('the preset (each also as NAME-tiny)', name, names);
  throw new UsageError(`There is no preset "${name}".`);
}

/** The language model of that name. @throws UsageError for any other preset. */
export function findLanguagePreset(name: string): LanguagePreset {
  const preset = findPreset(name);
  if (preset.unit !== 'frame') return preset;
  throw new UsageError(`The preset ${name} is a frame classifier, expected a language model.`);
}

/** The frame classifier of that name. @throws UsageError for any other preset. */
export function findSpeechPreset(name: string): SpeechPreset {
  const preset = findPreset(name);
  if (preset.unit === 'frame') return preset;
  throw new UsageError(`The preset ${name} is a language model, expected a frame classifier.`);
}
