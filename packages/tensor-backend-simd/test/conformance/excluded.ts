/** Single tests of tfjs-core that do not count on `simd`: full name and why. */
export const excluded: Readonly<Record<string, string>> = {};
