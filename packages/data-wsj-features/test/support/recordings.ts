/** What a test may get wrong on purpose; everything else is as it should be. */
export interface WavFields {
  encoding?: number;
  channels?: number;
  sampleRate?: number;
  byteRate?: number;
  blockAlign?: number;
  bits?: number;
  dataSize?: number;
  riffSize?: number;
  /** The content of data, where it is not the samples as 16-bit PCM. */
  content?: Buffer;
  /** Chunks between fmt and data. */
  before?: Buffer[];
  /** Chunks after data. */
  after?: Buffer[];
}

export function chunk(name: string, content: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.write(name, 'latin1');
  head.writeUInt32LE(content.length, 4);
  return Buffer.concat([head, content, Buffer.alloc(content.length & 1)]);
}

/** A RIFF WAV file of 16-bit PCM. */
export function wavBytes(samples: ArrayLike<number>, fields: WavFields = {}): Buffer {
  const { channels = 1, sampleRate = 16_000, bits = 16 } = fields;
  const format = Buffer.alloc(16);
  format.writeUInt16LE(fields.encoding ?? 1, 0);
  format.writeUInt16LE(channels, 2);
  format.writeUInt32LE(sampleRate, 4);
  format.writeUInt32LE(fields.byteRate ?? (sampleRate * channels * bits) / 8, 8);
  format.writeUInt16LE(fields.blockAlign ?? (channels * bits) / 8, 12);
  format.writeUInt16LE(bits, 14);
  const data = chunk('data', fields.content ?? Buffer.from(Int16Array.from(samples).buffer));
  if (fields.dataSize !== undefined) data.writeUInt32LE(fields.dataSize, 4);
  const chunks = [chunk('fmt ', format), ...(fields.before ?? []), data, ...(fields.after ?? [])];
  const body = Buffer.concat([Buffer.from('WAVE'), ...chunks]);
  const file = Buffer.concat([Buffer.from('RIFF'), Buffer.alloc(4), body]);
  file.writeUInt32LE(fields.riffSize ?? body.length, 4);
  return file;
}

/** A NIST SPHERE file: 1,024 bytes of header, then the samples; `undefined` leaves a field out. */
export function sphereBytes(
  samples: ArrayLike<number>,
  changed: Record<string, string | undefined> = {},
  content?: Buffer,
): Buffer {
  const fields: Record<string, string | undefined> = {
    database_id: '-s5 TIMIT',
    channel_count: '-i 1',
    sample_count: `-i ${samples.length}`,
    sample_rate: '-i 16000',
    sample_n_bytes: '-i 2',
    sample_byte_format: '-s2 01',
    sample_coding: '-s3 pcm',
    ...changed,
  };
  const lines = Object.entries(fields).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name} ${value}\n`],
  );
  const header = Buffer.alloc(1024, ' ');
  header.write(`NIST_1A\n   1024\n${lines.join('')}end_head\n`, 'latin1');
  const data = content ?? Buffer.from(Int16Array.from(samples).buffer);
  if (fields['sample_byte_format'] === '-s2 10') data.swap16();
  return Buffer.concat([header, data]);
}
