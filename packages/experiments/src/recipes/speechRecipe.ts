import type { PathOf } from '../settings/settingDefinitions';
import type { SettingsOf } from '../settings/settings';
import type { PresetPath } from './recipe';

/** How one source trained the frame classifiers: every value with its own tag. */
export interface SpeechRecipe {
  readonly name: string;
  /** Whose recipe it is, one line. */
  readonly title: string;
  readonly settings: SettingsOf<Exclude<PathOf<'speech'>, PresetPath>>;
}
