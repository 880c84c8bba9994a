import { startBackend } from '@bnrnn/tensor-backend';
import { memory } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { resolveSettings } from '../config/resolveSettings';
import { presets } from '../presets/presets';
import { findRecipe, recipes } from '../recipes/recipes';
import { readOverride } from '../settings/readSetting';
import { buildModel } from './buildModel';
import { modelSpec } from './modelSpec';
import { parameterCount } from './parameterCount';

beforeAll(async () => {
  await startBackend('cpu');
});

const vocabulary = 23;
const smaller = ['model.units=7', 'schedule.epochs=1'].map(readOverride);

describe('buildModel', () => {
  it.each(presets.map(({ name }) => name))('%s has the counted parameters', (name) => {
    const preset = presets.find((candidate) => candidate.name === name)!;
    for (const recipe of recipes) {
      const settings = resolveSettings(preset, recipe, { overrides: smaller });
      const config = { unit: preset.unit, settings, seed: 3 };
      const before = memory().numTensors;
      const model = buildModel(config, vocabulary);
      expect(model.parameterCount).toBe(parameterCount(modelSpec(config, vocabulary)));
      expect([...model.parameters.values()].reduce((sum, { size }) => sum + size, 0)).toBe(
        model.parameterCount,
      );
      model.dispose();
      expect(memory().numTensors).toBe(before);
    }
  });

  it.each(['gru', 'lstm'])('counts a %s with peepholes and two biases as it is built', (cell) => {
    const overrides = [
      ...smaller,
      ...[`model.cell=${cell}`, 'model.biases=2'].map(readOverride),
      ...(cell === 'lstm' ? ['model.peepholes=all'].map(readOverride) : []),
    ];
    const settings = resolveSettings(presets[0]!, findRecipe('zaremba'), { overrides });
    const config = { unit: 'word', settings, seed: 3 } as const;
    const model = buildModel(config, vocabulary);
    expect(model.parameterCount).toBe(parameterCount(modelSpec(config, vocabulary)));
    model.dispose();
  });

  it('gives baseline and treatment of one seed the same weights, and another seed others', () => {
    const weights = (name: string, seed: number) => {
      const preset = presets.find((candidate) => candidate.name === name)!;
      const settings = resolveSettings(preset, findRecipe('authors-code'), { overrides: smaller });
      const model = buildModel({ unit: 'word', settings, seed }, vocabulary);
      const values = [...model.parameters.get('layers.1.recurrent')!.dataSync()];
      model.dispose();
      return values;
    };
    expect(weights('ptb-small-bn', 3)).toEqual(weights('ptb-small', 3));
    expect(weights('ptb-small', 4)).not.toEqual(weights('ptb-small', 3));
    for (const value of weights('ptb-small', 3)) expect(Math.abs(value)).toBeLessThanOrEqual(0.1);
  });
});
