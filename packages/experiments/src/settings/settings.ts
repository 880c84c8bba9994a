import type { Setting } from '@bnrnn/core';
import type { TaskName } from './definition';
import type { PathOf, settingDefinitions, SettingPath } from './settingDefinitions';

type Definitions = typeof settingDefinitions;

/** The type of the value at a path. */
export type ValueAt<Path extends SettingPath> = Definitions[Path] extends { kind: 'number' }
  ? number
  : Definitions[Path] extends { kind: 'normalization' }
    ? string
    : Definitions[Path] extends { kind: 'boolean' }
      ? boolean
      : Definitions[Path] extends { kind: 'text' }
        ? string
        : Definitions[Path] extends { choices: readonly (infer Choice extends string)[] }
          ? Choice
          : never;

/** Some settings, each with its source. */
export type SettingsOf<Path extends SettingPath> = { readonly [P in Path]: Setting<ValueAt<P>> };

/** Every setting of a language model's run, each with its source. */
export type LanguageSettings = SettingsOf<PathOf<'language'>>;

/** Every setting of a frame classifier's run, each with its source. */
export type SpeechSettings = SettingsOf<PathOf<'speech'>>;

/** What both have. */
export type SharedSettings = SettingsOf<PathOf<'language'> & PathOf<'speech'>>;

/** Every setting of a run of one task. */
export type SettingsFor<Of extends TaskName> = {
  language: LanguageSettings;
  speech: SpeechSettings;
}[Of];

/** Settings that vary another experiment. */
export type Changes<Of extends TaskName> = Partial<SettingsFor<Of>>;
