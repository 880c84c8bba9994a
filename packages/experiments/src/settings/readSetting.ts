import { expectNumber, expectOneOf, UsageError, type SettingValue } from '@bnrnn/core';
import { nearestPath } from './nearestPath';
import { normalizationChoices, type SettingDefinition } from './definition';
import { settingDefinitions, type SettingPath } from './settingDefinitions';

/** One `path=value` of the command line, checked. */
export interface Override {
  readonly path: SettingPath;
  readonly value: SettingValue;
}

/**
 * Reads `path=value` as `--set` takes it.
 *
 * @throws UsageError for a text without `=`, an unknown path (with the nearest ones) or a value of
 * the wrong type or out of bounds.
 */
export function readOverride(assignment: string): Override {
  return overrideReader([])(assignment);
}

/**
 * The same where strategies of the user's own stand beside the built-in choices of a placement.
 *
 * @param ownKinds  their kinds.
 */
export function overrideReader(ownKinds: readonly string[]): (assignment: string) => Override {
  return (assignment) => {
    const equals = assignment.indexOf('=');
    if (equals < 1) {
      throw new UsageError(`--set is "${assignment}", expected path=value.`, {
        hint: 'For example --set model.units=300.',
      });
    }
    const path = expectSettingPath(assignment.slice(0, equals).trim());
    return { path, value: readValue(path, assignment.slice(equals + 1).trim(), ownKinds) };
  };
}

/** Returns `path` when a setting has that name; otherwise throws with the nearest names. */
export function expectSettingPath(path: string): SettingPath {
  if (Object.hasOwn(settingDefinitions, path)) return path as SettingPath;
  const near = nearestPath(path);
  throw new UsageError(`--set: there is no setting "${path}".`, {
    hint:
      near.length > 0
        ? `Did you mean ${near.map((name) => `"${name}"`).join(' or ')}?`
        : `The settings are: ${Object.keys(settingDefinitions).join(', ')}.`,
  });
}

/** Checks a value against its setting's type and bounds. */
export function checkValue(
  path: SettingPath,
  value: unknown,
  ownKinds: readonly string[] = [],
): SettingValue {
  const definition: SettingDefinition = settingDefinitions[path];
  if (definition.kind === 'number') return expectNumber(path, value, definition.bounds);
  if (definition.kind === 'choice') return expectOneOf(path, value, definition.choices);
  if (definition.kind === 'normalization') {
    return expectOneOf(path, value, [...normalizationChoices, ...ownKinds]);
  }
  if (definition.kind === 'text') {
    if (typeof value === 'string' && definition.pattern.test(value)) return value;
    throw new UsageError(`${path} is "${String(value)}", expected ${definition.expected}.`);
  }
  if (typeof value === 'boolean') return value;
  throw new UsageError(`${path} is "${String(value)}", expected true or false.`);
}

function readValue(path: SettingPath, written: string, ownKinds: readonly string[]): SettingValue {
  const { kind } = settingDefinitions[path];
  if (kind === 'number') {
    const value = written === '' ? NaN : Number(written);
    if (Number.isNaN(value)) throw new UsageError(`${path} is "${written}", expected a number.`);
    return checkValue(path, value);
  }
  if (kind === 'boolean' && (written === 'true' || written === 'false')) return written === 'true';
  return checkValue(path, written, ownKinds);
}
