import type { ComparedGroup, Quality } from './compareRuns';

const preference = ['recalibrated', 'running', 'batch'] as const;

/** The validation that stands for a group: under `wanted` statistics where it has them. */
export function shownValidation(
  group: ComparedGroup,
  wanted?: Quality['statistics'],
): Quality | undefined {
  const validations = group.qualities.filter(({ split }) => split === 'valid');
  return [wanted, ...preference]
    .map((choice) => validations.find(({ statistics }) => statistics === choice))
    .find((quality) => quality !== undefined);
}
