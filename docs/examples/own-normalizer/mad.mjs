// Layer normalization by the mean absolute deviation instead of the standard deviation:
//
//   y = gain·(x − mean(x)) / (mean(|x − mean(x)|) + ε) + shift     over the features of a row
//
// See README.md beside this file.
import * as tf from '@tensorflow/tfjs-core';

export default {
  kind: 'mad',
  /** `fields` holds the settings normalization.*; this strategy takes two of them. */
  create({ epsilon, gain: start }, where) {
    if (!(epsilon > 0))
      throw new Error(`${where}: epsilon is ${epsilon}, expected a number above 0.`);
    return {
      spec: { kind: 'mad', epsilon, gain: start }, // what a checkpoint stores
      needs: 'row', // an output depends on its own row alone: allowed at every placement
      init: (features, { shift }) => ({
        parameters: {
          gain: tf.fill([features], start),
          ...(shift && { shift: tf.zeros([features]) }),
        },
        statistics: {}, // nothing to keep, so there is no fold
      }),
      apply: (x, { gain, shift }, _statistics, { lengths }) =>
        tf.tidy(() => {
          const real = lengths && realRows(x.shape, lengths);
          const clean = real ? tf.mul(x, real) : x;
          const centred = tf.sub(clean, tf.mean(clean, -1, true));
          const deviation = tf.add(tf.mean(tf.abs(centred), -1, true), epsilon);
          const scaled = tf.mul(tf.div(centred, deviation), gain);
          const y = shift ? tf.add(scaled, shift) : scaled;
          return { y: real ? tf.mul(y, real) : y };
        }),
    };
  },
};

/** 1 where a row of [time, batch] is real, 0 where it is padding; `each` has the real steps of each row. */
function realRows([time, batch], { each }) {
  const real = Array.from(
    { length: time * batch },
    (_, i) => +(Math.floor(i / batch) < each[i % batch]),
  );
  return tf.tensor(real, [time, batch, 1]);
}
