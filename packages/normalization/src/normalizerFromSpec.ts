import { expectOneOf, UsageError } from '@bnrnn/core';
import { batchNormOf } from './batchNorm';
import { checkBatchNormSpec } from './batchNormSpec';
import { checkLayerNormSpec, layerNormOf } from './layerNorm';
import { none } from './none';
import type { Normalizer } from './normalizer';
import type { BatchNormSpec, LayerNormSpec, NormalizerSpec } from './normalizerSpec';

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

/**
 * Checks a specification that comes from outside: a checkpoint, a preset, a `--set`.
 *
 * Every setting has to be there and nothing else: a default filled in silently could differ from
 * what a model was trained with.
 *
 * @param where  named in front of the setting, e.g. `layers.0.inputToHidden`.
 * @throws UsageError naming the setting, what came and what was wanted.
 */
export function parseNormalizerSpec(value: unknown, where = 'normalizerFromSpec'): NormalizerSpec {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new UsageError(
      `${where}: the specification is ${JSON.stringify(value)}, expected an object with a kind.`,
    );
  }
  const fields = value as Readonly<Record<string, unknown>>;
  switch (expectOneOf(`${where}: kind`, fields['kind'], ['none', 'batch', 'layer'])) {
    case 'none':
      expectOnly(where, fields, ['kind']);
      return { kind: 'none' };
    case 'batch':
      return checkBatchNormSpec(where, expectOnly(where, fields, batchKeys));
    case 'layer':
      return checkLayerNormSpec(where, expectOnly(where, fields, layerKeys));
  }
}

/**
 * The normalizer of a specification; `normalizer.spec` gives the specification back.
 *
 * @param where  named in front of the setting, e.g. `layers.0.inputToHidden`.
 * @throws UsageError naming the setting, what came and what was wanted.
 */
export function normalizerFromSpec(value: unknown, where?: string): Normalizer {
  const spec = parseNormalizerSpec(value, where);
  switch (spec.kind) {
    case 'none':
      return none();
    case 'batch':
      return batchNormOf(spec);
    case 'layer':
      return layerNormOf(spec);
  }
}

/** The same fields, none of them unknown; a missing one is left for the check of its value. */
function expectOnly<Key extends string>(
  where: string,
  fields: Readonly<Record<string, unknown>>,
  keys: readonly Key[],
): Readonly<Record<Key, unknown>> {
  for (const key of Object.keys(fields)) expectOneOf(`${where}: a setting`, key, keys);
  return fields;
}
