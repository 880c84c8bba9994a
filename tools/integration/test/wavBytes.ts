/** A mono recording of 16-bit PCM at 16 kHz: two tones. */
export function wavBytes(samples: number): Uint8Array {
  const bytes = Buffer.alloc(44 + 2 * samples);
  bytes.write('RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0', 'latin1');
  bytes.writeUInt32LE(36 + 2 * samples, 4);
  bytes.writeUInt32LE(16_000, 24);
  bytes.writeUInt32LE(32_000, 28);
  bytes.writeUInt16LE(2, 32);
  bytes.writeUInt16LE(16, 34);
  bytes.write('data', 36, 'latin1');
  bytes.writeUInt32LE(2 * samples, 40);
  for (let i = 0; i < samples; i++) {
    bytes.writeInt16LE(Math.round(3000 * Math.sin(i / 7) + 500 * Math.sin(i * i)), 44 + 2 * i);
  }
  return bytes;
}
