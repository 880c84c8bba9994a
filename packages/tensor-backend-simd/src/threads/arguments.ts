/**
 * The names of a program's arguments in the order in which they lie in the shared memory, in lines of words; or several
 * such lists by name.
 */
export type Names = readonly string[] | { readonly [part: string]: Names };

/** Arguments of these names: byte offsets, sizes, scalars, flags (0 or 1). */
export type Arguments<Given extends Names> = Given extends readonly (infer Line extends string)[]
  ? Readonly<Record<Words<Line>, number>>
  : { readonly [Part in keyof Given]: Given[Part] extends Names ? Arguments<Given[Part]> : never };

type Words<Line extends string> = Line extends `${infer First} ${infer Rest}`
  ? First | Words<Rest>
  : Line;

/** Any arguments. */
export interface Numbers {
  readonly [name: string]: number | Numbers;
}

/** Names with a list entry for each word. */
export function split(names: Names): Names {
  if (isList(names)) return names.flatMap((line) => line.split(' '));
  return Object.fromEntries(Object.entries(names).map(([part, own]) => [part, split(own)]));
}

/** Writes arguments one after the other in the order of their split names. */
export function writeArguments(names: Names, given: Numbers, values: Float64Array): void {
  let at = 0;
  const write = (part: Names, numbers: Numbers): void => {
    if (isList(part)) for (const name of part) values[at++] = numbers[name] as number;
    else for (const name of Object.keys(part)) write(part[name] as Names, numbers[name] as Numbers);
  };
  write(names, given);
}

/** Reads what `writeArguments` wrote. */
export function readArguments(names: Names, values: Float64Array): Numbers {
  let at = 0;
  const read = (part: Names): Numbers => {
    const numbers: Record<string, number | Numbers> = {};
    if (isList(part)) for (const name of part) numbers[name] = values[at++] as number;
    else for (const name of Object.keys(part)) numbers[name] = read(part[name] as Names);
    return numbers;
  };
  return read(names);
}

function isList(names: Names): names is readonly string[] {
  return Array.isArray(names);
}
