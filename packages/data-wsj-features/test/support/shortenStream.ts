/** Writes shorten streams bit by bit, as its report describes them; a test says what each block holds. */
export class ShortenStream {
  #bits = '';

  /** Zeros that count the upper part, a one, `low` bits. */
  unsigned(value: number, low: number): this {
    const lower = low === 0 ? '' : (value % 2 ** low).toString(2).padStart(low, '0');
    this.#bits += `${'0'.repeat(Math.floor(value / 2 ** low))}1${lower}`;
    return this;
  }

  signed(value: number, low: number): this {
    return this.unsigned(value < 0 ? -2 * value - 1 : 2 * value, low + 1);
  }

  sized(value: number): this {
    const low = Math.max(0, value.toString(2).length - 1);
    return this.unsigned(low, 2).unsigned(value, low);
  }

  header(fields: {
    type: number;
    channels?: number;
    blockSize: number;
    mostCoefficients?: number;
    means?: number;
  }): this {
    const { type, channels = 1, blockSize, mostCoefficients = 0, means = 0 } = fields;
    for (const field of [type, channels, blockSize, mostCoefficients, means, 0]) this.sized(field);
    return this;
  }

  /** A block of residuals: differences of order `kind`, or with coefficients a linear prediction (7). */
  block(kind: number, residuals: readonly number[], coefficients: readonly number[] = []): this {
    const low = 3;
    this.unsigned(kind, 2).unsigned(low, 3);
    if (kind === 7) {
      this.unsigned(coefficients.length, 2);
      for (const coefficient of coefficients) this.signed(coefficient, 5);
    }
    for (const residual of residuals) this.signed(residual, low);
    return this;
  }

  bytes(version = 2): Buffer {
    const padded = this.#bits.padEnd(Math.ceil(this.#bits.length / 32) * 32, '0');
    const bytes = padded.match(/.{8}/g) ?? [];
    return Buffer.concat([
      Buffer.from(`ajkg${String.fromCharCode(version)}`, 'latin1'),
      Buffer.from(bytes.map((byte) => parseInt(byte, 2))),
    ]);
  }
}
