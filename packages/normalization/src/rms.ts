import { expectShape, paddedLengths } from '@bnrnn/core';
import { layerNormalize } from '@bnrnn/tensor-backend';
import { expectBlocks } from './expectBlocks';
import { newParameters } from './newParameters';
import type { Normalizer } from './normalizer';
import type { BuiltInStrategy } from './normalizerStrategy';
import { checkSettings, defaultsOf, sharedSettings, type ValuesOf } from './strategySetting';
import { expectWeights } from './weights';

const { groups, epsilon, gain } = sharedSettings;
const settings = { groups, epsilon, gain } as const;

export const rmsStrategy = {
  kind: 'rms',
  settings,
  examples: [{ settings: { groups: 2 } }],
  create: (fields, where) => rmsOf(checkSettings(where, fields, settings)),
} as const satisfies BuiltInStrategy;

/** Settings of RMS normalization; what is left out takes its default. */
export interface RmsOptions {
  /** Equal blocks of the features, each normalized alone; default 1. An LSTM has 4 gates. */
  readonly groups?: number;
  /** Default 1e-5. */
  readonly epsilon?: number;
  /** The gain at the start; default 1. */
  readonly gain?: number;
}

/**
 * RMS normalization: divides each row by the root of its mean square, in `groups` equal blocks.
 *
 *   y[t,b,f] = gain[f]·x[t,b,f] / sqrt(mean of x² over the block that f lies in + ε) + shift[f]
 *
 * It is layer normalization that does not subtract the mean. It has no statistics: both modes give the
 * same, and a batch of one row is as good as any. y is 0 where padded.
 *
 * @throws UsageError for a setting out of range; ShapeError when sizes disagree.
 * @see Zhang and Sennrich 2019, section 4.
 */
export function rms(options: RmsOptions = {}): Normalizer {
  return rmsStrategy.create({ ...defaultsOf(settings), ...options }, 'rms');
}

function rmsOf(values: ValuesOf<typeof settings>): Normalizer {
  return {
    spec: { kind: 'rms', ...values },
    needs: 'row',
    init(features, { shift }) {
      expectBlocks('rms', features, values.groups);
      return { parameters: newParameters('rms', features, values.gain, shift), statistics: {} };
    },
    apply(x, parameters, _statistics, options) {
      const caller = 'rms.apply';
      expectShape(caller, 'x', x, { time: null, batch: null, features: null });
      const [time, batch, features] = x.shape;
      const lengths = paddedLengths(caller, options.lengths, { time, batch });
      expectBlocks(caller, features, values.groups);
      const weights = expectWeights(caller, parameters, features);
      const { groups, epsilon } = values;
      return { y: layerNormalize({ x, ...weights, lengths, groups, epsilon, center: false }) };
    },
  };
}
