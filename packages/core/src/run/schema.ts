import * as v from 'valibot';
import { DataError } from '../errors';

/** A list that is only read. */
export const listOf = <Schema extends v.GenericSchema>(item: Schema) =>
  v.pipe(v.array(item), v.readonly());

/** A whole number from 0. */
export const count = v.pipe(v.number(), v.integer(), v.minValue(0));

/**
 * Values by names that come from a file. The result inherits nothing, so that a name such as `constructor` is absent
 * unless the file has it.
 */
export function recordOf<Schema extends v.GenericSchema>(value: Schema) {
  return v.pipe(
    v.custom<Readonly<Record<string, unknown>>>(isObject),
    v.rawTransform(({ dataset, addIssue, NEVER }) => {
      const record = Object.create(null) as Record<string, v.InferOutput<Schema>>;
      for (const [name, entry] of Object.entries(dataset.value)) {
        const result = v.safeParse(value, entry);
        if (!result.success) {
          const [issue] = result.issues;
          const item = { type: 'object', origin: 'value', input: dataset.value } as const;
          addIssue({
            expected: wantedBy(issue),
            received: issue.received,
            path: [{ ...item, key: name, value: entry }, ...(issue.path ?? [])],
          });
          return NEVER;
        }
        record[name] = result.output;
      }
      return record;
    }),
  );
}

/**
 * Checks a value that came from a file: the one way in which this project reads JSON.
 *
 * @param where  what to call the file in an error, e.g. `runs/a/config.json`.
 * @param whole  what a file that fits is, for an error about all of it, e.g. `a checkpoint`.
 * @throws DataError naming the file, the first field that does not fit, what it is and what was expected.
 */
export function parseAs<Schema extends v.GenericSchema>(
  schema: Schema,
  value: unknown,
  where: string,
  whole = 'an object',
): v.InferOutput<Schema> {
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  const [issue] = result.issues;
  const path = v.getDotPath(issue);
  const found = came[issue.received] ?? issue.received;
  const wanted = path === null ? whole : wantedBy(issue);
  // Of a field that is not there the schema names the field, not what it holds.
  const isAbsent = issue.expected === `"${path?.split('.').at(-1) ?? ''}"`;
  throw new DataError(
    `${where}: ${path ?? 'the content'} is ${found}${isAbsent ? '' : `, expected ${wanted}`}.`,
  );
}

/**
 * Reads a text that is to be JSON.
 *
 * @throws DataError naming the file.
 */
export function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new DataError(`${where} is not JSON: it is truncated or altered.`, { cause });
  }
}

const came: Readonly<Record<string, string>> = {
  undefined: 'missing',
  Object: 'an object',
  Array: 'a list',
};

const words: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  boolean: 'true or false',
  never: 'nothing',
  integer: 'a whole number',
  safe_integer: 'a whole number',
  Object: 'an object',
  Array: 'a list',
};

/** What a field should have been, in words. */
function wantedBy({ expected, type, message }: v.BaseIssue<unknown>): string {
  if (type === 'regex') return message;
  const text = expected ?? type;
  const choices = text.replaceAll(/[()]/g, '').split(' | ');
  const named = choices.map(
    (one) => words[one] ?? one.replace(/^"(.*)"$/, '$1').replace(/^>=/, 'at least '),
  );
  const isList = choices.length > 1 && choices.every((one) => one.startsWith('"'));
  return isList ? `one of ${named.join(', ')}` : named.join(' or ');
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
