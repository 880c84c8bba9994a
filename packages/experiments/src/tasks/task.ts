import type { NormalizerStrategy } from '@bnrnn/normalization';
import type { ModelSpec } from '@bnrnn/recurrent';
import type { FrameSizes, TextSizes } from '../build/modelSpec';
import type { StoredOf } from '../settings/runConfig';
import type { LanguagePreset, SpeechPreset } from '../presets/preset';
import type { LanguageRecipe, SpeechRecipe } from '../recipes/recipe';
import type { TaskName } from '../settings/definition';
import type { Changes, SettingsFor } from '../settings/settings';

/** What belongs to each task, by its name. */
interface PartsOf {
  readonly language: { preset: LanguagePreset; recipe: LanguageRecipe; sizes: TextSizes };
  readonly speech: { preset: SpeechPreset; recipe: SpeechRecipe; sizes: FrameSizes };
}

export type PresetOf<Of extends TaskName> = PartsOf[Of]['preset'];
export type RecipeOf<Of extends TaskName> = PartsOf[Of]['recipe'];

/** Everything in which the runs of one task differ from those of another. */
export interface Task<Of extends TaskName = TaskName> {
  readonly name: Of;
  /** What is trained, e.g. `language model`. */
  readonly model: string;
  /** The default first. */
  readonly recipes: readonly [RecipeOf<Of>, ...RecipeOf<Of>[]];
  /** Every setting of a preset under a recipe, before the preset's own changes. */
  settings(recipe: RecipeOf<Of>, preset: PresetOf<Of>): SettingsFor<Of>;
  /** Settings younger than the first run folders, as those runs had them. */
  readonly before: Changes<Of>;
  /** @throws UsageError for settings that cannot go together. */
  refuse(settings: SettingsFor<Of>, strategies: readonly NormalizerStrategy[]): void;
  /** What a model of these settings predicts one of at a time. */
  unitOf(settings: SettingsFor<Of>): StoredOf[Of]['unit'];
  /** The model that the settings describe, of the sizes that its data has. */
  modelSpec(settings: SettingsFor<Of>, sizes: PartsOf[Of]['sizes']): ModelSpec;
}
