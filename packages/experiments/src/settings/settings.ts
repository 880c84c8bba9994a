import type { Setting } from './setting';
import type { settingDefinitions, SettingPath } from './settingDefinitions';

type Definitions = typeof settingDefinitions;

/** The type of the value at a path. */
export type ValueAt<Path extends SettingPath> = Definitions[Path] extends { kind: 'number' }
  ? number
  : Definitions[Path] extends { kind: 'boolean' }
    ? boolean
    : Definitions[Path] extends { choices: readonly (infer Choice extends string)[] }
      ? Choice
      : never;

/** Some settings, each with its source. */
export type SettingsOf<Path extends SettingPath> = { readonly [P in Path]: Setting<ValueAt<P>> };

/** Every setting of a run, each with its source. */
export type Settings = SettingsOf<SettingPath>;

/** Settings that vary another experiment. */
export type Changes = Partial<Settings>;
