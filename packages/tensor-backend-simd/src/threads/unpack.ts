type Numbers<Length extends number, Rest extends number[] = []> = Rest['length'] extends Length
  ? Rest
  : Numbers<Length, [...Rest, number]>;

/** The first `count` arguments of a program. */
export function unpack<Count extends number>(values: Float64Array, count: Count): Numbers<Count> {
  return values.subarray(0, count) as unknown as Numbers<Count>;
}
