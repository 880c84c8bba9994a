import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { randomStream } from './random/randomStream';
import { Sha256 } from './sha256';

const seed = 1804;

it.each([
  ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
  ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
])('has the digest that FIPS 180-4 publishes for "%s"', (text, digest) => {
  expect(new Sha256().update(new TextEncoder().encode(text)).hex()).toBe(digest);
});

it('agrees with OpenSSL at every length around a block, in pieces of any size', () => {
  const bytes = Uint8Array.from(randomStream('sha256.test', seed).uniform(400, 0, 256, 0));
  for (let length = 0; length < 200; length++) {
    const part = bytes.subarray(0, length);
    const expected = createHash('sha256').update(part).digest('hex');
    for (const step of [1, 7, 63, 64, 65, 200]) {
      const hash = new Sha256();
      for (let at = 0; at < length; at += step) hash.update(part.subarray(at, at + step));
      expect(hash.hex(), `${length} bytes in pieces of ${step}, seed ${seed}`).toBe(expected);
    }
  }
});
