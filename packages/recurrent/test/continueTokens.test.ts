import { batchNorm } from '@bnrnn/normalization';
import { continueTokens, languageModel, lstm } from '@bnrnn/recurrent';
import { startBackend } from '@bnrnn/tensor-backend';
import { testBackend } from '@bnrnn/test-utils';
import { argMax, memory, tidy } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';

beforeAll(() => startBackend(testBackend()));

const newModel = () =>
  languageModel({
    vocabulary: 11,
    embedding: 5,
    layers: [lstm({ units: 6, normalize: { inputToHidden: batchNorm({ over: 'frame' }) } })],
    initializer: { kind: 'uniform', range: 0.9 },
    seed: 4,
  });

const likeliest = (logits: Float32Array): number => logits.indexOf(Math.max(...logits));

describe('continueTokens', () => {
  it('gives what the whole window predicts, prompt first', async () => {
    const model = newModel();
    const prompt = [3, 7, 1];
    const tokens: number[] = [];
    const positions: number[] = [];
    // An untrained model prefers one token; this way each is another.
    const choose = (logits: Float32Array, position: number): number => {
      positions.push(position);
      return (likeliest(logits) + 3 * position) % 11;
    };
    for await (const token of continueTokens(model, { prompt, choose })) {
      tokens.push(token);
      if (tokens.length === 4) break;
    }
    expect(positions).toEqual([2, 3, 4, 5]);
    const whole = [...prompt, ...tokens.slice(0, -1)];
    const predicted = tidy(() => {
      const { logits } = model.apply({ ids: whole, time: whole.length, batch: 1 });
      return [...argMax(logits, 2).dataSync()];
    });
    const behind = predicted.slice(prompt.length - 1);
    expect(tokens).toEqual(behind.map((best, i) => (best + 3 * (i + 2)) % 11));
    expect(new Set(tokens).size).toBeGreaterThan(1);
    model.dispose();
  });

  it('leaves no tensor behind, however the loop ends', async () => {
    const model = newModel();
    const before = memory().numTensors;
    const tokens: number[] = [];
    for await (const token of continueTokens(model, { prompt: [1, 2], choose: likeliest })) {
      if (tokens.push(token) === 5) break;
    }
    const failing = async (): Promise<void> => {
      const choose = (): number => {
        throw new RangeError('no token');
      };
      await continueTokens(model, { prompt: [1], choose }).next();
    };
    await expect(failing()).rejects.toThrow('no token');
    const empty = continueTokens(model, { prompt: [], choose: likeliest });
    await expect(empty.next()).rejects.toThrow('the prompt is empty, expected at least one token');
    expect(memory().numTensors).toBe(before);
    model.dispose();
  });
});
