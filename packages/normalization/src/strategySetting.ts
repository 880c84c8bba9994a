import { expectNumber, expectOneOf, UsageError, type NumberBounds } from '@bnrnn/core';

/** What one setting of a specification may hold, and what it holds unless something else is said. */
export type StrategySetting = {
  /** What it does, in a few words. */
  readonly meaning: string;
  /** Where its value comes from. */
  readonly source?: string;
} & (
  | { readonly kind: 'number'; readonly bounds: NumberBounds; readonly value: number }
  | { readonly kind: 'choice'; readonly choices: readonly string[]; readonly value: string }
  | { readonly kind: 'boolean'; readonly value: boolean }
);

/** The settings of a strategy by name. */
export type StrategySettings = Readonly<Record<string, StrategySetting>>;

type ValueOf<Setting> = Setting extends { choices: readonly (infer Choice)[] }
  ? Choice
  : Setting extends { kind: 'number' }
    ? number
    : boolean;

/** The values of settings by name. */
export type ValuesOf<Settings extends StrategySettings> = {
  readonly [Name in keyof Settings]: ValueOf<Settings[Name]>;
};

/** The settings that strategies share. A run has one value of each, for all of its placements. */
export const sharedSettings = {
  gain: { kind: 'number', bounds: {}, value: 1, meaning: 'the gain at the start' },
  epsilon: { kind: 'number', bounds: { above: 0 }, value: 1e-5, meaning: 'added to the variance' },
  epsilonRule: {
    kind: 'choice',
    choices: ['variance', 'double'],
    value: 'variance',
    meaning: 'epsilon once (variance) or twice (double)',
  },
  decay: {
    kind: 'number',
    bounds: { min: 0, below: 1 },
    value: 0.9,
    meaning: 'share of the old value in the running statistics',
  },
  perStep: {
    kind: 'boolean',
    value: false,
    meaning: 'running statistics of each time step apart',
  },
  maxSteps: {
    kind: 'number',
    bounds: { integer: true, min: 1 },
    value: 1,
    meaning: 'time steps with statistics of their own',
  },
  groups: {
    kind: 'number',
    bounds: { integer: true, min: 1 },
    value: 1,
    meaning: 'equal blocks of the features that are normalized apart',
  },
} as const satisfies StrategySettings;

/** The values that settings have unless something else is given. */
export function defaultsOf(settings: StrategySettings): Record<string, number | string | boolean> {
  return Object.fromEntries(Object.entries(settings).map(([name, { value }]) => [name, value]));
}

/**
 * The values of all settings of a specification.
 *
 * @param where  named in front of a setting in an error, e.g. `layers.0.inputToHidden`.
 * @throws UsageError naming the setting, what came and what was wanted.
 */
export function checkSettings<const Settings extends StrategySettings>(
  where: string,
  fields: Readonly<Record<string, unknown>>,
  settings: Settings,
): ValuesOf<Settings> {
  const entries = Object.entries<StrategySetting>(settings).map(([name, setting]) => [
    name,
    checkSetting(`${where}: ${name}`, fields[name], setting),
  ]);
  return Object.fromEntries(entries) as ValuesOf<Settings>;
}

function checkSetting(where: string, value: unknown, setting: StrategySetting): unknown {
  if (setting.kind === 'number') return expectNumber(where, value, setting.bounds);
  if (setting.kind === 'choice') return expectOneOf(where, value, setting.choices);
  if (typeof value === 'boolean') return value;
  throw new UsageError(`${where} is ${JSON.stringify(value)}, expected true or false.`);
}
