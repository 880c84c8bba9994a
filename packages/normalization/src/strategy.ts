import { expectOneOf, UsageError } from '@bnrnn/core';
import { batchNormOf } from './batchNorm';
import { checkBatchNormSpec } from './batchNormSpec';
import { checkLayerNormSpec, layerNormOf } from './layerNorm';
import { none } from './none';
import type { Normalizer } from './normalizer';
import type { BatchNormSpec, LayerNormSpec } from './normalizerSpec';

/** The settings of a specification as they came; nothing was checked but that it is an object. */
export type SpecFields = Readonly<Record<string, unknown>>;

/** A way to normalize by its name: it makes a normalizer of a specification. */
export interface NormalizerStrategy {
  /** The `kind` of its specifications; no other strategy may have it. */
  readonly kind: string;
  /**
   * The normalizer of a specification; its `spec` is plain JSON that gives the same normalizer again.
   *
   * @param where  named in front of a setting in an error.
   * @throws UsageError for a setting that is missing, unknown or out of range.
   */
  create(fields: SpecFields, where: string): Normalizer;
}

const batchKeys: readonly (keyof BatchNormSpec)[] = [
  'kind',
  'over',
  'epsilon',
  'epsilonRule',
  'gain',
  'decay',
  'perStep',
  'maxSteps',
];
const layerKeys: readonly (keyof LayerNormSpec)[] = ['kind', 'groups', 'epsilon', 'gain'];

/** The strategies that this package brings. */
const builtInStrategies: readonly NormalizerStrategy[] = [
  {
    kind: 'none',
    create(fields, where) {
      expectOnly(where, fields, ['kind']);
      return none();
    },
  },
  {
    kind: 'batch',
    create: (fields, where) =>
      batchNormOf(checkBatchNormSpec(where, expectOnly(where, fields, batchKeys))),
  },
  {
    kind: 'layer',
    create: (fields, where) =>
      layerNormOf(checkLayerNormSpec(where, expectOnly(where, fields, layerKeys))),
  },
];

/**
 * The built-in strategies and the caller's.
 *
 * @throws UsageError where two have one kind.
 */
export function knownStrategies(own: readonly NormalizerStrategy[]): NormalizerStrategy[] {
  const known = [...builtInStrategies, ...own];
  const kinds = known.map(({ kind }) => kind);
  const twice = kinds.find((kind, k) => kinds.indexOf(kind) !== k);
  if (twice === undefined) return known;
  throw new UsageError(`strategies: two strategies have the kind "${twice}", expected one.`, {
    hint: 'Give your strategy a kind of its own.',
  });
}

/** The same fields, none of them unknown; a missing one is left for the check of its value. */
function expectOnly<Key extends string>(
  where: string,
  fields: SpecFields,
  keys: readonly Key[],
): Readonly<Record<Key, unknown>> {
  for (const key of Object.keys(fields)) expectOneOf(`${where}: a setting`, key, keys);
  return fields;
}
