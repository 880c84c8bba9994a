import { startBackend } from '@bnrnn/tensor-backend';
import { memory, ones, zeros } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { layerNorm, type NormalizerStrategy } from '@bnrnn/normalization';
import { modelFromSpec, type LanguageModelSpec } from '@bnrnn/recurrent';
import { resolveRun } from '../config/resolveRun';
import { presets } from '../presets/presets';
import { language } from '../tasks/language';
import { speech } from '../tasks/speech';
import { readOverride } from '../settings/readSetting';
import { parameterCount } from './parameterCount';

beforeAll(async () => {
  await startBackend('cpu');
});

const vocabulary = 23;
const smaller = ['model.units=6', 'normalization.whiten.groupSize=4', 'schedule.epochs=1'].map(
  readOverride,
);

const languageSpec = (preset: string, recipe: string, ...set: string[]) => {
  const overrides = [...smaller, ...set.map(readOverride)];
  const { settings } = resolveRun(language, { preset, recipe, data: 'text', overrides });
  return language.modelSpec(settings, { classes: vocabulary });
};

describe('the language models', () => {
  const names = presets.flatMap(({ task, name }) => (task === 'language' ? [name] : []));
  it.each(names)('%s has the counted parameters', (name) => {
    for (const recipe of language.recipes) {
      const spec = languageSpec(name, recipe.name);
      const before = memory().numTensors;
      const model = modelFromSpec(spec, { seed: 3 });
      expect(model.parameterCount).toBe(parameterCount(spec));
      expect([...model.parameters.values()].reduce((sum, { size }) => sum + size, 0)).toBe(
        model.parameterCount,
      );
      model.dispose();
      expect(memory().numTensors).toBe(before);
    }
  });

  it.each(['gru', 'lstm'])('counts a %s with peepholes and two biases as it is built', (cell) => {
    const peepholes = cell === 'lstm' ? ['model.peepholes=all'] : [];
    const vertical = ['model.normalize.embedding=frame', 'model.normalize.hiddenToOutput=frame'];
    const set = [`model.cell=${cell}`, 'model.biases=2', ...peepholes, ...vertical];
    const spec = languageSpec('ptb-small', 'zaremba', ...set);
    const model = modelFromSpec(spec, { seed: 3 });
    expect(model.parameterCount).toBe(parameterCount(spec));
    model.dispose();
  });

  it('gives baseline and treatment of one seed the same weights, and another seed others', () => {
    const weights = (name: string, seed: number) => {
      const model = modelFromSpec(languageSpec(name, 'authors-code'), { seed });
      const values = [...model.parameters.get('layers.1.recurrent')!.dataSync()];
      model.dispose();
      return values;
    };
    expect(weights('ptb-small-bn', 3)).toEqual(weights('ptb-small', 3));
    expect(weights('ptb-small', 4)).not.toEqual(weights('ptb-small', 3));
    for (const value of weights('ptb-small', 3)) expect(Math.abs(value)).toBeLessThanOrEqual(0.1);
  });
});

describe("a strategy of the user's own", () => {
  /** It trains a matrix, and has the name of a built-in strategy's parameter for one of another shape. */
  const strategy: NormalizerStrategy = {
    kind: 'mixed',
    create: () => ({
      ...layerNorm(),
      spec: { kind: 'mixed' },
      init: (features, { shift }) => ({
        parameters: {
          gain: ones([1]),
          mix: zeros([features, 3]),
          ...(shift && { shift: zeros([features]) }),
        },
        statistics: {},
      }),
    }),
  };

  it.each(['inputToHidden', 'hiddenToHidden', 'cell', 'hiddenToOutput'] as const)(
    'is counted as it is built at %s',
    (placement) => {
      const specWith = (kind: string): LanguageModelSpec => ({
        kind: 'languageModel',
        unit: 'word',
        ...{ vocabulary, embedding: 5, dropout: 0, initializer: { kind: 'zeros' } },
        layers: [
          {
            kind: 'lstm',
            ...{ units: 6, biases: 1, peepholes: 'none', normalize: { [placement]: { kind } } },
          },
        ],
      });
      const strategies = [strategy];
      const before = memory().numTensors;
      const model = modelFromSpec(specWith('mixed'), { seed: 3, strategies });
      const plain = modelFromSpec(specWith('none'), { seed: 3 });
      const features = placement === 'inputToHidden' || placement === 'hiddenToHidden' ? 24 : 6;
      // A shift on W·x takes the bias's place, and one on h·U is none.
      const shift = placement === 'cell' || placement === 'hiddenToOutput' ? features : 0;
      expect(model.parameterCount - plain.parameterCount).toBe(1 + 3 * features + shift);
      expect(parameterCount(specWith('mixed'), strategies)).toBe(model.parameterCount);
      model.dispose();
      plain.dispose();
      expect(memory().numTensors).toBe(before);
    },
  );
});

describe('the frame classifiers', () => {
  const data = { train: 'train', dev: 'dev', alignments: ['ali'] };
  const specOf = (preset: string, ...set: string[]) => {
    const overrides = ['model.units=3', 'model.layers=2', ...set].map(readOverride);
    const { settings } = resolveRun(speech, { preset, data, overrides });
    return speech.modelSpec(settings, { features: 6, classes: 9 });
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
    const spec = specOf(name, ...set);
    const before = memory().numTensors;
    const model = modelFromSpec(spec, { seed: 3 });
    expect(model.unit).toBe('frame');
    expect(model.parameterCount).toBe(parameterCount(spec));
    model.dispose();
    expect(memory().numTensors).toBe(before);
  });

  it('gives both rows of table 1 the same weights', () => {
    const weights = (name: string) => {
      const model = modelFromSpec(specOf(name), { seed: 3 });
      const values = [...model.parameters.get('layers.1.backward.recurrent')!.dataSync()];
      model.dispose();
      return values;
    };
    expect(weights('wsj-birnn-bn')).toEqual(weights('wsj-birnn'));
  });
});
