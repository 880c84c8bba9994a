import type { NumberBounds } from '@bnrnn/core';
import { strategyNames } from '@bnrnn/normalization';

/** What a run learns: to predict tokens, or to classify frames. */
export type TaskName = 'language' | 'speech';

/** What a setting may hold, what it means, and whose it is: of both tasks where `task` is absent. */
export type SettingDefinition = { readonly meaning: string; readonly task?: TaskName } & (
  | { readonly kind: 'number'; readonly bounds: NumberBounds }
  | { readonly kind: 'choice'; readonly choices: readonly string[] }
  | { readonly kind: 'normalization' }
  | { readonly kind: 'boolean' }
  | { readonly kind: 'text'; readonly pattern: RegExp; readonly expected: string }
);

/** How one placement of a cell may be normalized, beside strategies of the user's own by their kind. */
export const normalizationChoices = strategyNames;

export const number = <const Bounds extends NumberBounds>(meaning: string, bounds: Bounds) =>
  ({ kind: 'number', bounds, meaning }) as const;
export const count = (meaning: string, min = 1) => number(meaning, { integer: true, min });
export const share = (meaning: string) => number(meaning, { min: 0, below: 1 });
export const choice = <const Choices extends readonly string[]>(
  meaning: string,
  choices: Choices,
) => ({ kind: 'choice', choices, meaning }) as const;
export const boolean = (meaning: string) => ({ kind: 'boolean', meaning }) as const;
/** A text that matches a pattern, which `expected` says in words. */
export const text = (meaning: string, pattern: RegExp, expected: string) =>
  ({ kind: 'text', pattern, expected, meaning }) as const;
export const placement = (meaning: string) => ({ kind: 'normalization', meaning }) as const;

/** A setting that only language models have. */
export const language = <Definition extends object>(definition: Definition) =>
  ({ ...definition, task: 'language' }) as const;
/** A setting that only frame classifiers have. */
export const speech = <Definition extends object>(definition: Definition) =>
  ({ ...definition, task: 'speech' }) as const;
