import type { RunConfig } from '../run/run';

/** What a normalized preset's name adds to its baseline's. */
const variant = /-(?:bn(?:-sum|-hidden|-both)?|cooijmans|layer)$/;
const tiny = /-tiny$/;

/**
 * The preset that a run is measured against, as its `config.json` says; undefined for a baseline.
 *
 * A configuration older than its field `baseline` is told by the name of its preset:
 * `ptb-small-bn-sum` -> `ptb-small`, `ptb-small-bn-tiny` -> `ptb-small-tiny`.
 */
export function baselineOf({
  preset,
  baseline,
}: Pick<RunConfig, 'preset' | 'baseline'>): string | undefined {
  if (baseline !== undefined) return baseline ?? undefined;
  const size = tiny.test(preset) ? '-tiny' : '';
  const name = preset.replace(tiny, '');
  return variant.test(name) ? name.replace(variant, '') + size : undefined;
}
