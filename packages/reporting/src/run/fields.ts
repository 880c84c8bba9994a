import { DataError } from '@bnrnn/core';

/** The fields of a JSON object, read by name; a wrong one is a DataError that names file and field. */
export interface Fields {
  readonly names: readonly string[];
  has(name: string): boolean;
  raw(name: string): unknown;
  text(name: string): string;
  number(name: string): number;
  texts(name: string): string[];
  oneOf<Choice extends string>(name: string, choices: readonly Choice[]): Choice;
  object(name: string): Fields;
  objects(name: string): Fields[];
}

/**
 * @param where  what to call the object in an error, e.g. `runs/a/config.json`.
 * @throws DataError when `value` is not a JSON object.
 */
export function fieldsOf(value: unknown, where: string, path = ''): Fields {
  if (!isObject(value)) throw wrong(where, path, value, 'an object');
  const at = (name: string | number) => (path === '' ? String(name) : `${path}.${name}`);
  return {
    names: Object.keys(value),
    has: (name) => value[name] !== undefined && value[name] !== null,
    raw: (name) => value[name],
    text(name) {
      const field = value[name];
      if (typeof field !== 'string') throw wrong(where, at(name), field, 'text');
      return field;
    },
    number(name) {
      const field = value[name];
      if (typeof field !== 'number') throw wrong(where, at(name), field, 'a number');
      return field;
    },
    texts(name) {
      const field: unknown = value[name];
      const isList = Array.isArray(field) && field.every((item) => typeof item === 'string');
      if (!isList) throw wrong(where, at(name), field, 'a list of texts');
      return field;
    },
    oneOf(name, choices) {
      const found = choices.find((choice) => choice === value[name]);
      if (found === undefined) {
        throw wrong(where, at(name), value[name], `one of ${choices.join(', ')}`);
      }
      return found;
    },
    object: (name) => fieldsOf(value[name], where, at(name)),
    objects(name) {
      const field = value[name];
      if (!Array.isArray(field)) throw wrong(where, at(name), field, 'a list');
      return field.map((item: unknown, index) => fieldsOf(item, where, `${at(name)}.${index}`));
    },
  };
}

/** Values by names that come from a file: one that every object inherits, such as `constructor`, is absent unless it is there. */
export function recordOf<Value>(
  entries: Iterable<readonly [string, Value]>,
): Record<string, Value> {
  const record = Object.create(null) as Record<string, Value>;
  for (const [name, value] of entries) record[name] = value;
  return record;
}

/** Every field of an object as a number. */
export function numbersOf(fields: Fields): Record<string, number> {
  return recordOf(fields.names.map((name) => [name, fields.number(name)]));
}

/** Every field of an object as text. */
export function textsOf(fields: Fields): Record<string, string> {
  return recordOf(fields.names.map((name) => [name, fields.text(name)]));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function wrong(where: string, path: string, value: unknown, wanted: string): DataError {
  const came = value === undefined ? 'missing' : JSON.stringify(value).slice(0, 60);
  return new DataError(
    `${where}: ${path === '' ? 'the content' : path} is ${came}, expected ${wanted}.`,
  );
}
