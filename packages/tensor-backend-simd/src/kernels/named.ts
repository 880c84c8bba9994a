/** Values under their names, in the same order: what tfjs hands a gradient function as a list. */
export function named<Value>(
  names: readonly string[],
  values: readonly Value[],
): Record<string, Value> {
  return Object.fromEntries(names.map((name, k) => [name, values[k] as Value]));
}
