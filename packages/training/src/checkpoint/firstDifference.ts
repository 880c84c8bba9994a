/** Where two JSON values differ first: a path, and both values as JSON. */
export interface Difference {
  readonly path: string;
  readonly left: string;
  readonly right: string;
}

/** The first place where two JSON values differ, depth first in the order of `left`'s keys. */
export function firstDifference(left: unknown, right: unknown, path = ''): Difference | undefined {
  if (!isObject(left) || !isObject(right) || Array.isArray(left) !== Array.isArray(right)) {
    return left === right ? undefined : { path, left: show(left), right: show(right) };
  }
  for (const key of new Set([...Object.keys(left), ...Object.keys(right)])) {
    const inner = path === '' ? key : `${path}.${key}`;
    const found = firstDifference(own(left, key), own(right, key), inner);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A field that an object itself has: a key may be called `constructor`. */
function own(value: Record<string, unknown>, key: string): unknown {
  return Object.hasOwn(value, key) ? value[key] : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function show(value: unknown): string {
  return value === undefined ? 'absent' : JSON.stringify(value);
}
