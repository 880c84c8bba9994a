import type { ByteReader } from '../bytes/byteReader';

/** Refuses a sample rate that no recording has: below 1 kHz or above 768 kHz. */
export function checkSampleRate(reader: ByteReader, offset: number, sampleRate: number): void {
  if (sampleRate >= 1000 && sampleRate <= 768_000) return;
  reader.fail(offset, `says ${sampleRate} samples a second, expected 1,000 to 768,000`);
}
