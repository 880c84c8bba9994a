import { expectOneOf, UsageError } from '@bnrnn/core';
import type { Preset } from './preset';
import { ptbLarge, ptbLargeBn } from './ptbLarge';
import { ptbMedium, ptbMediumBn } from './ptbMedium';
import { ptbSmall, ptbSmallBn } from './ptbSmall';
import { ptbSmallCooijmans, ptbSmallLayer } from './ptbSmallOthers';
import { ptbSmallBnBoth, ptbSmallBnHidden, ptbSmallBnSum } from './ptbSmallPlacements';
import { ptbSmallRnn, ptbSmallRnnBn } from './ptbSmallRnn';
import { tiny } from './tiny';

const fullSize: readonly Preset[] = [
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
  ptbSmallRnn,
  ptbSmallRnnBn,
];

/** Every preset: the rows of the paper's tables, their variants, and a tiny version of each. */
export const presets: readonly Preset[] = [...fullSize, ...fullSize.map(tiny)];

/** The preset of that name. @throws UsageError listing the names. */
export function findPreset(name: string): Preset {
  const found = presets.find((preset) => preset.name === name);
  if (found !== undefined) return found;
  const names = fullSize.map((preset) => preset.name);
  expectOneOf('the preset (each also as NAME-tiny)', name, names);
  throw new UsageError(`There is no preset "${name}".`);
}
