import { DataError } from '@bnrnn/core';
import { expect, test } from 'vitest';
import { noProgress } from '../progress';
import { decodeManifest, encodeManifest, type Manifest } from './manifest';

const manifest: Manifest = {
  format: 'bnrnn checkpoint 1',
  tensors: { file: 'step-00000003-0123456789ab.safetensors', bytes: 10, sha256: 'ff' },
  settings: {
    model: { kind: 'languageModel', layers: [{ units: 3 }] },
    seed: 7,
    optimizer: { kind: 'sgd' },
    schedule: { initial: 1, decayFactor: 2, firstDecayedEpoch: 2 },
    clip: null,
    batchesPerEpoch: 4,
    corpus: { train: 'ab' },
  },
  progress: {
    ...noProgress,
    step: 3,
    sums: { nats: 0.1 + 0.2, units: 5, batches: 2, perplexities: 1e300 },
    best: { step: 2, nllPerUnit: 1 / 3, statistics: 'running' },
  },
  at: 1_700_000_000_000,
};

test('a manifest is read back to the last bit', () => {
  expect(decodeManifest(encodeManifest(manifest), 'x')).toEqual(manifest);
});

test('every changed character is refused', () => {
  const text = encodeManifest(manifest);
  let refused = 0;
  for (let i = 0; i < text.length; i++) {
    const character = text[i]!;
    if (/\s/.test(character)) continue; // layout is not content
    const changed = text.slice(0, i) + (character === '1' ? '2' : '1') + text.slice(i + 1);
    expect(() => decodeManifest(changed, 'm'), `character ${i}`).toThrow(DataError);
    refused++;
  }
  expect(refused).toBeGreaterThan(500);
});

test('every truncation is refused', () => {
  const text = encodeManifest(manifest);
  for (let length = 0; length < text.trimEnd().length; length++) {
    expect(() => decodeManifest(text.slice(0, length), 'm')).toThrow(/^m is not JSON/);
  }
});

test('a manifest cannot name a file elsewhere', () => {
  const outside = { ...manifest, tensors: { ...manifest.tensors, file: '../x.safetensors' } };
  expect(() => decodeManifest(encodeManifest(outside), 'm')).toThrow('tensors.file');
});
