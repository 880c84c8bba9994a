import { expectShape, paddedLengths } from '@bnrnn/core';
import { layerNormalize } from '@bnrnn/tensor-backend';
import { expectBlocks } from './expectBlocks';
import { newParameters } from './newParameters';
import type { Normalizer } from './normalizer';
import type { LayerNormSpec } from './normalizerSpec';
import type { BuiltInStrategy } from './normalizerStrategy';
import { checkSettings, defaultsOf, sharedSettings } from './strategySetting';
import { expectWeights } from './weights';

/** Settings of layer normalization; what is left out takes its default. */
export interface LayerNormOptions {
  /** Equal blocks of the features, each standardized alone; default 1. An LSTM has 4 gates. */
  readonly groups?: number;
  /** Default 1e-5. */
  readonly epsilon?: number;
  /** The gain at the start; default 1. */
  readonly gain?: number;
}

const { groups, epsilon, gain } = sharedSettings;
const settings = { groups, epsilon, gain } as const;

export const layerNormStrategy = {
  kind: 'layer',
  settings,
  examples: [{ settings: { groups: 2 } }],
  create: (fields, where) =>
    layerNormOf({ kind: 'layer', ...checkSettings(where, fields, settings) }),
} as const satisfies BuiltInStrategy;

/**
 * Layer normalization: standardizes each row over its own features, in `groups` equal blocks.
 *
 *   y[t,b,f] = gain[f]·(x[t,b,f] − mean[t,b,g]) / sqrt(variance[t,b,g] + ε) + shift[f]
 *   g the block that f lies in, variance biased
 *
 * It has no statistics: both modes give the same, and a batch of one row is as good as any. y is 0
 * where padded.
 *
 * @throws UsageError for a setting out of range; ShapeError when sizes disagree.
 * @see Ba, Kiros and Hinton 2016, section 3.
 */
export function layerNorm(options: LayerNormOptions = {}): Normalizer {
  return layerNormStrategy.create({ ...defaultsOf(settings), ...options }, 'layerNorm');
}

/** Layer normalization of a specification that was checked. */
function layerNormOf(spec: LayerNormSpec): Normalizer {
  const { groups, epsilon } = spec;
  return {
    spec,
    needs: 'row',
    init(features, { shift }) {
      expectBlocks('layerNorm', features, groups);
      return { parameters: newParameters('layerNorm', features, spec.gain, shift), statistics: {} };
    },
    apply(x, parameters, _statistics, options) {
      const caller = 'layerNorm.apply';
      expectShape(caller, 'x', x, { time: null, batch: null, features: null });
      const [time, batch, features] = x.shape;
      const lengths = paddedLengths(caller, options.lengths, { time, batch });
      expectBlocks(caller, features, groups);
      const weights = expectWeights(caller, parameters, features);
      return { y: layerNormalize({ x, ...weights, lengths, groups, epsilon }) };
    },
  };
}
