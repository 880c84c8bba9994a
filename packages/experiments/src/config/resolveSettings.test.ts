import { describe, expect, it } from 'vitest';
import { presets } from '../presets/presets';
import { checkValue, readOverride } from '../settings/readSetting';
import { settingPathsOf } from '../settings/settingDefinitions';
import { language } from '../tasks/language';
import { speech } from '../tasks/speech';
import { resolveRun } from './resolveRun';
import { resolveSettings } from './resolveSettings';

const resolve = (preset: string, recipe = 'authors-code', ...set: string[]) =>
  resolveRun(language, { preset, recipe, data: 'text', overrides: set.map(readOverride) }).settings;

const settingPaths = settingPathsOf('language');

/** The paths where two presets differ under one recipe. */
function differences(a: string, b: string, recipe = 'authors-code') {
  const left = resolve(a, recipe);
  const right = resolve(b, recipe);
  return settingPaths.filter((path) => left[path].value !== right[path].value);
}

describe('resolveSettings', () => {
  it('gives every preset under every recipe a checked value and a source at every path', () => {
    for (const preset of presets) {
      if (preset.task !== 'language') continue;
      for (const recipe of language.recipes) {
        const settings = resolveSettings(language, preset, recipe);
        expect(Object.keys(settings)).toEqual(settingPaths);
        for (const path of settingPaths) {
          expect(checkValue(path, settings[path].value)).toBe(settings[path].value);
          expect(settings[path].source).not.toBe('user');
        }
      }
    }
  });

  it.each([
    ['ptb-small', 'ptb-small-bn', ['model.normalize.inputToHidden']],
    ['ptb-medium', 'ptb-medium-bn', ['model.normalize.inputToHidden']],
    ['ptb-large', 'ptb-large-bn', ['model.normalize.inputToHidden']],
    ['ptb-small', 'ptb-small-bn-sum', ['model.normalize.preActivation']],
    ['ptb-small', 'ptb-small-bn-hidden', ['model.normalize.hiddenToHidden']],
    [
      'ptb-small',
      'ptb-small-bn-both',
      ['model.normalize.inputToHidden', 'model.normalize.hiddenToHidden'],
    ],
    ['ptb-small', 'ptb-small-rnn', ['model.cell']],
    ['ptb-small-rnn', 'ptb-small-rnn-bn', ['model.normalize.inputToHidden']],
    ['ptb-small-tiny', 'ptb-small-bn-tiny', ['model.normalize.inputToHidden']],
  ])('%s and %s differ in the treatment alone', (baseline, treatment, paths) => {
    for (const { name } of language.recipes)
      expect(differences(baseline, treatment, name)).toEqual(paths);
  });

  it('writes Cooijmans’ settings whole', () => {
    const settings = resolve('ptb-small-cooijmans');
    expect(settings['normalization.gain'].value).toBe(0.1);
    expect(settings['normalization.epsilon'].value).toBe(1e-5);
    expect(settings['normalization.epsilonRule'].value).toBe('variance');
    expect(settings['normalization.perStep'].value).toBe(true);
    expect(settings['model.normalize.cell'].value).toBe('frame');
  });

  it('borrows the authors’ normalization where a recipe has none, and says so', () => {
    const borrowed = resolve('ptb-small-bn', 'tensorflow')['normalization.epsilon'];
    expect(borrowed).toEqual({
      value: 1e-6,
      source: 'code',
      note: "tensorflow has no batch normalization: the authors' setting",
    });
    expect(resolve('ptb-small-bn')['normalization.epsilon'].note).toBeUndefined();
  });

  it('lets the caller change what it likes, tagged as the user’s, --set last', () => {
    const { settings } = resolveRun(language, {
      ...{ preset: 'ptb-small', recipe: 'zaremba', data: 'text' },
      normalize: 'layer',
      epochs: 3,
      maxSteps: 20,
      overrides: [readOverride('model.units=300'), readOverride('schedule.epochs=4')],
    });
    expect(settings['model.normalize.inputToHidden']).toEqual({ value: 'layer', source: 'user' });
    expect(settings['schedule.epochs']).toEqual({ value: 4, source: 'user' });
    expect(settings['schedule.maxSteps']).toEqual({ value: 20, source: 'user' });
    expect(settings['model.units']).toEqual({ value: 300, source: 'user' });
    expect(settings['model.initRange']).toEqual({ value: 0.1, source: 'lua' });
  });

  it('keeps a preset’s own setting when the recipe changes', () => {
    expect(resolve('ptb-small-tiny', 'zaremba')['data.batch'].value).toBe(16);
    expect(resolve('ptb-small', 'zaremba')['data.batch'].value).toBe(20);
  });
});

describe('resolveSettings of frame classifiers', () => {
  const speechPaths = settingPathsOf('speech');
  const data = { train: 'train', dev: 'dev', alignments: ['ali'] };
  const settingsOf = (preset: string, ...set: string[]) =>
    resolveRun(speech, { preset, data, overrides: set.map(readOverride) }).settings;

  it('gives every preset a checked value and a source at every path of its own', () => {
    for (const { name, task } of presets) {
      if (task !== 'speech') continue;
      const settings = settingsOf(name);
      expect(Object.keys(settings)).toEqual(speechPaths);
      for (const path of speechPaths) {
        expect(checkValue(path, settings[path].value)).toBe(settings[path].value);
        expect(settings[path].source).not.toBe('user');
      }
    }
  });

  it('has the paper’s architecture and optimizer with their sources', () => {
    const settings = settingsOf('wsj-birnn');
    const of = (path: keyof typeof settings) => [settings[path].value, settings[path].source];
    expect(of('model.layers')).toEqual([5, 'figure']);
    expect(of('model.units')).toEqual([250, 'figure']);
    expect(of('model.initializer')).toEqual(['glorot', 'text']);
    expect(of('data.batch')).toEqual([24, 'figure']);
    expect(of('data.maxFrames')).toEqual([1300, 'recalled']);
    expect(of('optimizer.kind')).toEqual(['momentum', 'text']);
    expect(of('optimizer.momentum')).toEqual([0.9, 'figure']);
    expect(of('optimizer.learningRate')).toEqual([1e-4, 'figure']);
    expect(of('optimizer.maxGradientNorm')).toEqual([0, 'chosen']);
    expect(of('schedule.decayFactor')).toEqual([1, 'chosen']);
    expect(of('evaluation.statistics')).toEqual(['running', 'chosen']);
  });

  it.each([
    ['wsj-birnn', 'wsj-birnn-bn'],
    ['wsj-birnn-tiny', 'wsj-birnn-bn-tiny'],
  ])('%s and %s differ in the treatment alone', (baseline, treatment) => {
    const [left, right] = [settingsOf(baseline), settingsOf(treatment)];
    expect(speechPaths.filter((path) => left[path].value !== right[path].value)).toEqual([
      'model.normalize.inputToHidden',
    ]);
    expect(right['model.normalize.inputToHidden']).toEqual({ value: 'sequence', source: 'text' });
  });

  it('refuses a setting of the other task, with its own that are near', () => {
    const message = '--set: a frame classifier has no setting "data.time".';
    expect(() => settingsOf('wsj-birnn', 'data.time=20')).toThrow(message);
    expect(() => settingsOf('wsj-birnn', 'model.dropout=0.1')).toThrow(
      expect.objectContaining({ hint: expect.stringContaining('Its settings are') as string }),
    );
    expect(() => resolve('ptb-small', 'zaremba', 'data.deltas=1')).toThrow(
      '--set: a language model has no setting "data.deltas".',
    );
  });
});
