import type { RunConfig as StoredConfig } from '@bnrnn/core';
import type { TaskName } from './definition';
import type { SettingsFor } from './settings';

/** What `config.json` holds of each task, with settings of any kind. */
export interface StoredOf {
  readonly language: Extract<StoredConfig, { data: string }>;
  readonly speech: Extract<StoredConfig, { unit: 'frame' }>;
}

/** What a run knows once its data and its backend are there. */
export type RunFacts = Pick<
  StoredConfig,
  'backend' | 'threads' | 'blas' | 'precision' | 'corpus' | 'command' | 'commit' | 'versions'
>;

/** Everything that decides a run: the contents of `config.json`, with the settings of its task. */
export type RunConfig<Of extends TaskName = TaskName> = {
  [T in Of]: Omit<StoredOf[T], 'settings'> & { readonly settings: SettingsFor<T> };
}[Of];

/** The part of it that the caller decides, before data and backend are known. */
export type RunDraft<Of extends TaskName = TaskName> = {
  [T in Of]: Omit<StoredOf[T], 'settings' | keyof RunFacts> & { readonly settings: SettingsFor<T> };
}[Of];

export type LanguageRunConfig = RunConfig<'language'>;
export type SpeechRunConfig = RunConfig<'speech'>;
