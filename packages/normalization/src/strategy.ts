import { expectOneOf, UsageError } from '@bnrnn/core';
import { batchNormStrategy } from './batchNorm';
import { layerNormStrategy } from './layerNorm';
import { naturalStrategy } from './natural';
import { noneStrategy } from './none';
import type { InitOptions } from './normalizer';
import type { NormalizerSpec } from './normalizerSpec';
import type {
  BuiltInStrategy,
  NormalizerStrategy,
  ParameterShapes,
  SpecFields,
} from './normalizerStrategy';
import { onlineStrategy } from './online';
import { renormStrategy } from './renorm';
import { rmsStrategy } from './rms';
import { defaultsOf, sharedSettings } from './strategySetting';
import { whitenStrategy } from './whiten';
import { weightStrategy } from './weight';

/** The strategies that this package brings. */
const builtIn = [
  noneStrategy,
  batchNormStrategy,
  layerNormStrategy,
  rmsStrategy,
  renormStrategy,
  onlineStrategy,
  weightStrategy,
  whitenStrategy,
  naturalStrategy,
] as const;

export const builtInStrategies: readonly BuiltInStrategy[] = builtIn;

type BuiltIn = (typeof builtIn)[number];
type Shared = keyof typeof sharedSettings;

/** `KIND.NAME` of each setting that a strategy has alone. */
type OwnName<Strategy> = Strategy extends { kind: infer Kind extends string; settings: infer All }
  ? `${Kind}.${Exclude<keyof All, Shared> & string}`
  : never;
type SettingOf<Strategy, Name> = Strategy extends {
  kind: infer Kind extends string;
  settings: infer All;
}
  ? Name extends `${Kind}.${infer Own extends keyof All & string}`
    ? All[Own]
    : never
  : never;

/** The settings that one strategy has alone, by `KIND.NAME`. */
export const ownSettings = Object.fromEntries(
  builtInStrategies.flatMap(({ kind, settings }) =>
    Object.entries(settings)
      .filter(([name]) => !Object.hasOwn(sharedSettings, name))
      .map(([name, setting]) => [`${kind}.${name}`, setting]),
  ),
) as { readonly [Name in OwnName<BuiltIn>]: SettingOf<BuiltIn, Name> };

/** The names by which a run asks for a built-in strategy. */
export const strategyNames: readonly string[] = builtInStrategies.flatMap(namesOf);

/**
 * The specification of a built-in strategy: the settings that it takes of those given, and the
 * values of its own for the others.
 *
 * @param name      one of `strategyNames`.
 * @param settings  by name; settings of other strategies may stand among them.
 * @throws UsageError for an unknown name.
 */
export function specOfName(name: string, settings: SpecFields = {}): NormalizerSpec {
  expectOneOf('specOfName: name', name, strategyNames);
  const found = builtInStrategies.find((strategy) => namesOf(strategy).includes(name));
  const { kind, names, settings: own } = found as BuiltInStrategy;
  const given = Object.entries(settings).filter(([field]) => Object.hasOwn(own, field));
  const values = { ...defaultsOf(own), ...Object.fromEntries<unknown>(given) };
  return { kind, ...names?.[name], ...values };
}

/**
 * The shapes of what a normalizer of a built-in kind trains: they need no backend, which `init` does. Undefined for
 * another kind.
 */
export function builtInShapes(
  kind: string,
  features: number,
  options: Pick<InitOptions, 'shift'>,
): ParameterShapes | undefined {
  const strategy = builtInStrategies.find((one) => one.kind === kind);
  return strategy && (strategy.parameterShapes ?? gainAndShift)(features, options);
}

function gainAndShift(features: number, { shift }: Pick<InitOptions, 'shift'>): ParameterShapes {
  return { gain: [features], ...(shift && { shift: [features] }) };
}

/**
 * The built-in strategies and the caller's.
 *
 * @throws UsageError where two have one kind, or one has the name of another.
 */
export function knownStrategies(own: readonly NormalizerStrategy[]): NormalizerStrategy[] {
  const known = [...builtInStrategies.map(strict), ...own];
  const kinds = known.map(({ kind }) => kind);
  const taken = own.map(({ kind }) => kind).find((kind) => strategyNames.includes(kind));
  const twice = taken ?? kinds.find((kind, k) => kinds.indexOf(kind) !== k);
  if (twice === undefined) return known;
  throw new UsageError(`strategies: two strategies have the kind "${twice}", expected one.`, {
    hint: 'Give your strategy a kind of its own.',
  });
}

/** The names by which a run asks for one built-in strategy. */
export function namesOf({ kind, names }: BuiltInStrategy): string[] {
  return names === undefined ? [kind] : Object.keys(names);
}

/** The same strategy, which refuses a field that it does not have; a missing one is its own to refuse. */
function strict(strategy: BuiltInStrategy): NormalizerStrategy {
  const { kind, names = {}, settings } = strategy;
  const decided = Object.values(names).flatMap((fields) => Object.keys(fields));
  const fieldNames = [...new Set(['kind', ...decided, ...Object.keys(settings)])];
  return {
    kind,
    create(fields, where) {
      for (const key of Object.keys(fields)) expectOneOf(`${where}: a setting`, key, fieldNames);
      return strategy.create(fields, where);
    },
  };
}
