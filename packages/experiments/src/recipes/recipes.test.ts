import { describe, expect, it } from 'vitest';
import { sources } from '@bnrnn/core';
import { resolveRun } from '../config/resolveRun';
import { language } from '../tasks/language';
import { speech } from '../tasks/speech';
import { findRecipe } from '../tasks/tasks';
import { settingDefinitions, type SettingPath } from '../settings/settingDefinitions';
import { authorsNormalization } from './authorsCode';
import { sizes, type LanguageRecipe } from './recipe';

const { recipes } = language;

const sized = [
  'model.units',
  'model.initRange',
  'model.dropout',
  'data.time',
  'optimizer.maxGradientNorm',
  'schedule.epochs',
  'schedule.firstDecayedEpoch',
  'schedule.decayEvery',
  'schedule.decayFactor',
] as const;

/** The table of the four recipes, a row for each size: the order of `sized`. */
const table: Record<string, readonly (readonly number[])[]> = {
  'paper-text': [
    [200, 0.1, 0, 20, 10, 15, 7, 1, 2],
    [650, 0.05, 0.5, 35, 5, 40, 7, 1, 1.2],
    [1500, 0.04, 0.65, 35, 5, 55, 16, 1, 1.15],
  ],
  'authors-code': [
    [200, 0.1, 0, 20, 5, 5, 5, 4, 2],
    [650, 0.05, 0.5, 35, 5, 39, 7, 1, 1.2],
    [1500, 0.04, 0.65, 35, 10, 55, 15, 1, 1.15],
  ],
  zaremba: [
    [200, 0.1, 0, 20, 5, 13, 6, 1, 2],
    [650, 0.05, 0.5, 35, 5, 39, 8, 1, 1.2],
    [1500, 0.04, 0.65, 35, 10, 55, 16, 1, 1.15],
  ],
  tensorflow: [
    [200, 0.1, 0, 20, 5, 13, 5, 1, 2],
    [650, 0.05, 0.5, 35, 5, 39, 7, 1, 1.25],
    [1500, 0.04, 0.65, 35, 10, 55, 15, 1, 1.15],
  ],
};

/** What does not depend on the size: value and source. */
const shared: Record<string, Record<string, readonly [unknown, string]>> = {
  'paper-text': {
    'data.batch': [32, 'recalled'],
    'data.layout': ['authors', 'code'],
    'data.resetAt': ['epoch', 'text'],
    'model.biases': [1, 'text'],
    'model.peepholes': ['none', 'chosen'],
    'optimizer.learningRate': [1, 'text'],
    'evaluation.statistics': ['recalibrated', 'text'],
    'evaluation.average': ['exp-of-mean', 'chosen'],
  },
  'authors-code': {
    'data.batch': [32, 'code'],
    'data.layout': ['authors', 'code'],
    'data.resetAt': ['half-epoch', 'code'],
    'model.biases': [1, 'code'],
    'model.peepholes': ['none', 'code'],
    'optimizer.learningRate': [1, 'code'],
    'optimizer.clipAt': ['at or above', 'code'],
    'evaluation.perEpoch': [2, 'code'],
    'evaluation.statistics': ['batch', 'code'],
    'evaluation.average': ['mean-of-batches', 'code'],
  },
  zaremba: {
    'data.batch': [20, 'lua'],
    'data.layout': ['zaremba', 'lua'],
    'data.resetAt': ['epoch', 'lua'],
    'model.biases': [2, 'lua'],
    'optimizer.learningRate': [1, 'lua'],
    'evaluation.average': ['exp-of-mean', 'lua'],
  },
  tensorflow: {
    'data.batch': [20, 'tf'],
    'data.layout': ['tensorflow', 'tf'],
    'data.resetAt': ['epoch', 'tf'],
    'model.biases': [1, 'tf'],
    'optimizer.learningRate': [1, 'tf'],
    'evaluation.average': ['exp-of-mean', 'tf'],
  },
};

describe.each(recipes.map((recipe) => [recipe.name, recipe] as const))('%s', (name, recipe) => {
  it.each(sizes)('has the numbers of the table for %s', (size) => {
    const row = sized.map((path) => recipe.sizes[size][path].value);
    expect(row).toEqual(table[name]?.[sizes.indexOf(size)]);
  });

  it('has the table’s values for every size', () => {
    for (const [path, expected] of Object.entries(shared[name] ?? {})) {
      const { value, source } = recipe.shared[path as keyof LanguageRecipe['shared']];
      expect([path, value, source]).toEqual([path, ...expected]);
    }
  });

  it('tags every value with a source that is not the user', () => {
    const all = [recipe.shared, ...sizes.map((size) => recipe.sizes[size])].flatMap((settings) =>
      Object.entries(settings),
    );
    for (const [path, setting] of all) {
      expect(Object.keys(settingDefinitions)).toContain(path satisfies string as SettingPath);
      expect(sources.filter((source) => source !== 'user')).toContain(setting.source);
    }
  });

  it('two layers of LSTM', () => {
    expect(recipe.shared['model.layers'].value).toBe(2);
    expect(recipe.shared['model.cell'].value).toBe('lstm');
  });
});

describe('recipes', () => {
  it('start with the default', () => {
    expect(findRecipe(language).name).toBe('authors-code');
    expect(findRecipe(language, 'authors-code')).toBe(recipes[0]);
  });

  it('name what exists when one does not', () => {
    expect(() => findRecipe(language, 'zarembo')).toThrow(
      '--recipe of a language model is "zarembo", expected one of: authors-code, paper-text, zaremba, tensorflow.',
    );
  });

  it('say where the large dropout of the text comes from, and that two thresholds look swapped', () => {
    const { small, large } = findRecipe(language, 'paper-text').sizes;
    expect(large['model.dropout'].source).toBe('code');
    expect(small['optimizer.maxGradientNorm'].note).toContain('swapped');
    expect(large['optimizer.maxGradientNorm'].note).toContain('swapped');
  });

  it("have the authors' normalization: epsilon 1e-6 twice, gain 1", () => {
    expect(authorsNormalization['normalization.epsilon']).toEqual({ value: 1e-6, source: 'code' });
    expect(authorsNormalization['normalization.epsilonRule'].value).toBe('double');
    expect(authorsNormalization['normalization.gain'].value).toBe(1);
  });
});

describe('the recipe timit', () => {
  const { recipes: ofSpeech } = speech;

  it("differs from the paper's text in what its search decided and in the epochs", () => {
    const text = findRecipe(speech, 'paper-text').settings;
    const timit = findRecipe(speech, 'timit').settings;
    const before = new Map(Object.entries(text).map(([path, { value }]) => [path, value]));
    const changed = Object.entries(timit).filter(([path, { value }]) => before.get(path) !== value);
    expect(changed.map(([path, { value, source }]) => [path, value, source])).toEqual([
      ['data.batch', 8, 'chosen'],
      ['optimizer.learningRate', 0.002, 'chosen'],
    ]);
    expect(timit['schedule.epochs']).toMatchObject({ value: 20, source: 'figure' });
    expect(ofSpeech.map(({ name }) => name)).toEqual(['paper-text', 'timit']);
  });

  it('trains the narrow models alike but for the normalization', () => {
    const settingsOf = (preset: string) =>
      resolveRun(speech, {
        preset,
        recipe: 'timit',
        data: { train: 'a', dev: 'b', alignments: ['c'] },
      });
    const plain = settingsOf('wsj-birnn-narrow');
    for (const [preset, over] of [
      ['wsj-birnn-narrow-bn', 'sequence'],
      ['wsj-birnn-narrow-bn-frame', 'frame'],
    ] as const) {
      const normalized = settingsOf(preset);
      expect(normalized.baseline).toBe('wsj-birnn-narrow');
      expect(normalized.settings).toEqual({
        ...plain.settings,
        'model.normalize.inputToHidden': { value: over, source: 'text' },
      });
    }
  });
});
