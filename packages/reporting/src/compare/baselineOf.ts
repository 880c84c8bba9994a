/** What a normalized preset's name adds to its baseline's. */
const variant = /-(?:bn(?:-sum|-hidden|-both)?|cooijmans|layer)$/;
const tiny = /-tiny$/;

/**
 * The preset that differs from `preset` only by having no normalization, by its name:
 * `ptb-small-bn-sum` -> `ptb-small`, `ptb-small-bn-tiny` -> `ptb-small-tiny`; undefined for a baseline.
 */
export function baselineOf(preset: string): string | undefined {
  const size = tiny.test(preset) ? '-tiny' : '';
  const name = preset.replace(tiny, '');
  return variant.test(name) ? name.replace(variant, '') + size : undefined;
}
