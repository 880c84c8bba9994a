import { expectOneOf, UsageError } from '@bnrnn/core';
import type { LanguagePreset, Preset, SpeechPreset } from './preset';
import { ptbCharRnn, ptbCharRnnBn } from './ptbCharRnn';
import { ptbChiley, ptbChileyBn, ptbChileyLayer, ptbChileyOnline } from './ptbChiley';
import { ptbLarge, ptbLargeBn } from './ptbLarge';
import { ptbMedium, ptbMediumBn } from './ptbMedium';
import { ptbSmall, ptbSmallBn } from './ptbSmall';
import { ptbSmallCooijmans, ptbSmallLayer } from './ptbSmallOthers';
import { ptbSmallBnBoth, ptbSmallBnHidden, ptbSmallBnSum } from './ptbSmallPlacements';
import {
  ptbSmallNatural,
  ptbSmallOnline,
  ptbSmallRenorm,
  ptbSmallRms,
  ptbSmallWeight,
  ptbSmallWhiten,
} from './ptbSmallStrategies';
import { ptbSmallRnn, ptbSmallRnnBn } from './ptbSmallRnn';
import { tiny } from './tiny';
import { wsjBirnn, wsjBirnnBn, wsjBirnnWhiten } from './wsjBirnn';
import { wsjBirnnNarrow, wsjBirnnNarrowBn, wsjBirnnNarrowBnFrame } from './wsjBirnnNarrow';

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
  ptbSmallOnline,
  ptbSmallWeight,
  ptbSmallWhiten,
  ptbSmallNatural,
  ptbSmallRnn,
  ptbSmallRnnBn,
  ptbCharRnn,
  ptbCharRnnBn,
  ptbChiley,
  ptbChileyBn,
  ptbChileyLayer,
  ptbChileyOnline,
];

const frameClassifiers: readonly SpeechPreset[] = [
  wsjBirnn,
  wsjBirnnBn,
  wsjBirnnWhiten,
  wsjBirnnNarrow,
  wsjBirnnNarrowBn,
  wsjBirnnNarrowBnFrame,
];

const rows: readonly Preset[] = [...languageModels, ...frameClassifiers];

/** Every preset: the rows of tables 1 and 2, their variants, and a tiny version of each. */
export const presets: readonly Preset[] = [...rows, ...rows.map(tiny)];

/** The preset of that name. @throws UsageError listing the names. */
export function findPreset(name: string): Preset {
  const found = presets.find((preset) => preset.name === name);
  if (found !== undefined) return found;
  const names = rows.map((preset) => preset.name);
  expectOneOf('the preset (each also as NAME-tiny)', name, names);
  throw new UsageError(`There is no preset "${name}".`);
}
