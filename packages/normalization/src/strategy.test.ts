import { startBackend } from '@bnrnn/tensor-backend';
import { testBackend } from '@bnrnn/test-utils';
import { dispose, zeros, type Rank } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { exampleNormalizers } from './exampleNormalizers';
import { builtInShapes } from './strategy';

beforeAll(() => startBackend(testBackend()));

describe.each(exampleNormalizers())('$name', ({ normalizer }) => {
  it.each([true, false])('declares the shapes of what it trains, shift %s', (shift) => {
    const features = 24;
    const weights = zeros<Rank.R2>([3, features]);
    const { parameters, statistics } = normalizer.init(features, { shift, weights });
    weights.dispose();
    const made = Object.entries(parameters).map(([name, { shape }]) => [name, shape]);
    dispose([parameters, statistics]);
    expect(builtInShapes(normalizer.spec.kind, features, { shift })).toEqual(
      Object.fromEntries(made),
    );
  });
});

it("knows no shapes of a strategy of the user's own", () => {
  expect(builtInShapes('own', 12, { shift: true })).toBeUndefined();
});
