import { expectOneOf, UsageError } from '@bnrnn/core';
import type { Normalizer } from './normalizer';
import type { NormalizerStrategy, SpecFields } from './normalizerStrategy';
import { knownStrategies } from './strategy';

export interface NormalizerFromSpecOptions {
  /** Strategies of the caller's own, beside the built-in ones. */
  readonly strategies?: readonly NormalizerStrategy[];
  /** Named in front of a setting in an error, e.g. `layers.0.inputToHidden`. */
  readonly where?: string;
}

/**
 * The normalizer of a specification that comes from outside: a checkpoint, a preset, a `--set`.
 *
 * Every setting has to be there and nothing else: a default filled in silently could differ from
 * what a model was trained with. `normalizer.spec` gives the specification back.
 *
 * @throws UsageError naming the setting, what came and what was wanted.
 */
export function normalizerFromSpec(
  value: unknown,
  { strategies = [], where = 'normalizerFromSpec' }: NormalizerFromSpecOptions = {},
): Normalizer {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new UsageError(
      `${where}: the specification is ${JSON.stringify(value)}, expected an object with a kind.`,
    );
  }
  const fields = value as SpecFields;
  const known = knownStrategies(strategies);
  const kinds = known.map(({ kind }) => kind);
  const kind = expectOneOf(`${where}: kind`, fields['kind'], kinds);
  const found = known[kinds.indexOf(kind)] as NormalizerStrategy;
  return found.create(fields, where);
}
