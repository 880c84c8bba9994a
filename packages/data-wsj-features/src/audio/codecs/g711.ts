/**
 * The two 8-bit codings of telephone speech, as 16-bit samples.
 *
 * Both hold a sign (bit 7), a segment s (bits 4 to 6) and a step m (bits 0 to 3).
 *
 *   µ-law, all bits inverted:     ±((8·m + 132)·2^s − 132)
 *   A-law, even bits inverted:    ±(16·m + 8) where s = 0, otherwise ±(16·m + 264)·2^(s − 1)
 *
 * @see ITU-T G.711
 */
const bias = 132;
const largest = 32_767;

/** int16 [256]: the sample of each µ-law byte; a byte from 128 on is positive. */
export const mulawSamples = Int16Array.from({ length: 256 }, (_, byte) => {
  const inverted = ~byte & 0xff;
  const magnitude = ((8 * (inverted & 15) + bias) << ((inverted >> 4) & 7)) - bias;
  return byte >= 128 ? magnitude : -magnitude;
});

/** int16 [256]: the sample of each A-law byte; a byte from 128 on is positive. */
export const alawSamples = Int16Array.from({ length: 256 }, (_, byte) => {
  const inverted = byte ^ 0x55;
  const [segment, step] = [(inverted >> 4) & 7, inverted & 15];
  const magnitude = segment === 0 ? 16 * step + 8 : (16 * step + 264) << (segment - 1);
  return byte >= 128 ? magnitude : -magnitude;
});

/** The µ-law byte of a sample, −32,768 to 32,767: the step that holds it, as G.711 encodes. */
export function mulawByte(sample: number): number {
  const biased = Math.min(Math.abs(sample) + bias, largest);
  const segment = 24 - Math.clz32(biased);
  const step = (biased >> (segment + 3)) & 15;
  return ~((sample < 0 ? 128 : 0) | (segment << 4) | step) & 0xff;
}
