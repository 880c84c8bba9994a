import { DataError } from '@bnrnn/core';
import { applyCmvn, type CmvnKind } from '../cmvn/cmvn';
import { addDeltas, deltaSettings, type DeltaOptions } from '../deltas/deltas';
import type { FeatureTable } from '../features';
import type { Matrix } from '../matrix';

/**
 * The table with every utterance normalized when it is read.
 *
 * @param statistics  gives the statistics of an utterance, undefined where there are none: reading it is a DataError.
 */
export function withCmvn(
  table: FeatureTable,
  statistics: (key: string) => Matrix | undefined,
  kind: CmvnKind = 'means',
): FeatureTable {
  return {
    ...table,
    async read(key) {
      const own = statistics(key);
      if (own !== undefined) return applyCmvn(await table.read(key), own, kind);
      throw new DataError(`withCmvn: there are no statistics for the speaker of ${key}.`);
    },
  };
}

/** The table with derivatives behind the values of every utterance, computed when it is read. */
export function withDeltas(table: FeatureTable, options: DeltaOptions = {}): FeatureTable {
  const { order } = deltaSettings(options);
  return {
    ...table,
    columns: table.columns * (order + 1),
    read: async (key) => addDeltas(await table.read(key), options),
  };
}

/** The table with these of its utterances, in this order. */
export function withKeys(table: FeatureTable, keys: readonly string[]): FeatureTable {
  return { ...table, keys };
}
