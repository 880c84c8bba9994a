import { startBackend } from '@bnrnn/tensor-backend';
import { memory } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { resolveSettings, resolveSpeechSettings } from '../config/resolveSettings';
import { findLanguagePreset, findSpeechPreset, languagePresets } from '../presets/presets';
import { findRecipe, recipes } from '../recipes/recipes';
import { findSpeechRecipe } from '../recipes/speechRecipes';
import { readOverride } from '../settings/readSetting';
import { buildModel, buildSpeechModel } from './buildModel';
import { modelSpec, speechModelSpec } from './modelSpec';
import { parameterCount } from './parameterCount';

beforeAll(async () => {
  await startBackend('cpu');
});

const vocabulary = 23;
const smaller = ['model.units=7', 'schedule.epochs=1'].map(readOverride);

describe('buildModel', () => {
  it.each(languagePresets.map(({ name }) => name))('%s has the counted parameters', (name) => {
    const preset = findLanguagePreset(name);
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
    const settings = resolveSettings(findLanguagePreset('ptb-small'), findRecipe('zaremba'), {
      overrides,
    });
    const config = { unit: 'word', settings, seed: 3 } as const;
    const model = buildModel(config, vocabulary);
    expect(model.parameterCount).toBe(parameterCount(modelSpec(config, vocabulary)));
    model.dispose();
  });

  it('gives baseline and treatment of one seed the same weights, and another seed others', () => {
    const weights = (name: string, seed: number) => {
      const preset = findLanguagePreset(name);
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

describe('buildSpeechModel', () => {
  const sizes = { features: 6, classes: 9 };
  const configOf = (name: string, ...set: string[]) => {
    const overrides = ['model.units=3', 'model.layers=2', ...set].map(readOverride);
    const recipe = findSpeechRecipe('paper-text');
    return {
      settings: resolveSpeechSettings(findSpeechPreset(name), recipe, { overrides }),
      seed: 3,
    };
  };

  it.each([
    ['wsj-birnn'],
    ['wsj-birnn-bn'],
    ['wsj-birnn-bn', 'model.directionStatistics=shared'],
    ['wsj-birnn', 'model.merge=sum', 'model.biases=2'],
    ['wsj-birnn', 'model.cell=gru', 'model.normalize.hiddenToHidden=frame'],
    ['wsj-birnn', 'model.normalize.cell=frame', 'model.peepholes=output'],
    ['wsj-birnn', 'model.initializer=orthogonal', 'model.normalize.inputToHidden=layer'],
  ])('%s %s %s has the counted parameters', (name, ...set) => {
    const config = configOf(name, ...set);
    const before = memory().numTensors;
    const model = buildSpeechModel(config, sizes);
    expect(model.unit).toBe('frame');
    expect(model.parameterCount).toBe(parameterCount(speechModelSpec(config, sizes)));
    model.dispose();
    expect(memory().numTensors).toBe(before);
  });

  it('gives both rows of table 1 the same weights', () => {
    const weights = (name: string) => {
      const model = buildSpeechModel(configOf(name), sizes);
      const values = [...model.parameters.get('layers.1.backward.recurrent')!.dataSync()];
      model.dispose();
      return values;
    };
    expect(weights('wsj-birnn-bn')).toEqual(weights('wsj-birnn'));
  });
});
