import { describe, expect, it } from 'vitest';
import { normalizationChoices } from '../settings/definition';
import { readOverride } from '../settings/readSetting';
import { language } from '../tasks/language';
import { speech } from '../tasks/speech';
import type { RunFacts } from '../settings/runConfig';
import { completeRun, resolveRun, type ResolveRunOptions } from './resolveRun';
import { parseRunConfig, withYoungerSettings } from './parseRunConfig';

const facts: RunFacts = {
  ...{ backend: 'wasm', threads: 2, blas: null, precision: 'float32' },
  ...{ command: 'bnrnn train', commit: 'abc', versions: { node: '20' } },
  corpus: { name: 'synthetic', sha256: { train: 'ab' }, counts: { train: 12 }, classes: 4 },
};

type Options = ResolveRunOptions<'language'>;
const base: Options = { preset: 'ptb-small-bn', data: 'synthetic' };
const draftOf = (change: Partial<Options> = {}) => resolveRun(language, { ...base, ...change });

describe('resolveRun', () => {
  it('gives plain JSON that reads back as itself', () => {
    const config = completeRun(draftOf({ seed: 7 }), facts);
    expect(parseRunConfig(JSON.parse(JSON.stringify(config)), 'config.json')).toEqual(config);
    expect(config).toMatchObject({
      preset: 'ptb-small-bn',
      recipe: 'authors-code',
      backend: 'wasm',
      seed: 7,
      unit: 'word',
      data: 'synthetic',
    });
  });

  it('says what a run is measured against', () => {
    const baselineOf = (change: Partial<Options>) => draftOf(change).baseline;
    expect(baselineOf({ preset: 'ptb-small-bn-sum-tiny' })).toBe('ptb-small-tiny');
    expect(baselineOf({ preset: 'ptb-small' })).toBeNull();
    expect(baselineOf({ preset: 'ptb-small', normalize: 'layer' })).toBe('ptb-small');
  });

  it.each([
    [{ preset: 'wsj-birnn' }, 'The preset wsj-birnn is a frame classifier, expected a language'],
    [{ preset: 'ptb-smal' }, '(each also as NAME-tiny) is "ptb-smal", expected one of: ptb-small,'],
    [{ recipe: 'lua' }, '--recipe of a language model is "lua", expected one of:'],
    [{ seed: -1 }, '--seed is -1, expected a whole number at least 0'],
    [{ normalize: 'sequence' as const }, 'they leak the tokens that it has to predict'],
    [
      { overrides: [readOverride('model.normalize.hiddenToHidden=sequence')] },
      'they need the values of time steps that do not exist yet',
    ],
    [
      { preset: 'ptb-small-rnn', overrides: [readOverride('model.normalize.cell=frame')] },
      'the cell "rnn" is not an LSTM',
    ],
    [
      { preset: 'ptb-small-rnn', overrides: [readOverride('model.peepholes=all')] },
      'the cell "rnn" is not an LSTM',
    ],
    [{ epochs: 0 }, 'schedule.epochs is 0, expected a whole number at least 1.'],
  ])('refuses %o', (change, sentence) => {
    expect(() => draftOf(change)).toThrow(sentence);
  });
});

type SpeechOptions = ResolveRunOptions<'speech'>;
const speechBase: SpeechOptions = {
  preset: 'wsj-birnn-bn',
  data: { train: 'data/train', dev: 'data/dev', alignments: ['exp/ali'], model: 'final.mdl' },
};
const speechDraftOf = (change: Partial<SpeechOptions> = {}) =>
  resolveRun(speech, { ...speechBase, ...change });

describe('resolveRun of frame classifiers', () => {
  it('gives plain JSON that reads back as itself', () => {
    const config = completeRun(speechDraftOf({ seed: 7 }), facts);
    expect(parseRunConfig(JSON.parse(JSON.stringify(config)), 'config.json')).toEqual(config);
    expect(config).toMatchObject({ unit: 'frame', recipe: 'paper-text', seed: 7 });
  });

  it.each([
    [{ preset: 'ptb-small' }, 'The preset ptb-small is a language model, expected a frame'],
    [{ recipe: 'zaremba' }, '--recipe of a frame classifier is "zaremba", expected one of: paper-'],
    [
      { overrides: [readOverride('model.normalize.cell=sequence')] },
      'they need the values of time steps that do not exist yet',
    ],
    [
      { preset: 'wsj-birnn', overrides: [readOverride('model.directionStatistics=shared')] },
      'model.directionStatistics is "shared" and nothing is normalized',
    ],
    [
      {
        overrides: ['model.directionStatistics=shared', 'model.normalize.cell=frame'].map(
          readOverride,
        ),
      },
      'and inputToHidden and cell is normalized, expected inputToHidden alone',
    ],
  ])('refuses %o', (change, sentence) => {
    expect(() => speechDraftOf(change)).toThrow(sentence);
  });

  it('takes what the data decide before the recipe, and what the caller says before that', () => {
    const cmvnOf = (change: Partial<SpeechOptions>) => speechDraftOf(change).settings['data.cmvn'];
    expect(cmvnOf({})).toMatchObject({ value: 'mean-variance', source: 'chosen' });
    const none = { value: 'none', source: 'chosen', note: 'no cmvn.scp' } as const;
    const ofData = { 'data.cmvn': none };
    expect(cmvnOf({ ofData })).toEqual(none);
    const overrides = [readOverride('data.cmvn=mean')];
    expect(cmvnOf({ ofData, overrides })).toMatchObject({ value: 'mean', source: 'user' });
  });

  it('takes every normalization of W·x', () => {
    for (const normalize of normalizationChoices) {
      const { settings } = speechDraftOf({ normalize });
      expect(settings['model.normalize.inputToHidden']).toEqual({
        value: normalize,
        source: 'user',
      });
    }
  });
});

const stored = (): unknown => JSON.parse(JSON.stringify(completeRun(draftOf(), facts)));

describe('parseRunConfig', () => {
  const config = () => stored() as Record<string, unknown>;

  it('names the field that does not fit', () => {
    expect(() => parseRunConfig({ ...config(), seed: 'one' }, 'a/config.json')).toThrow(
      'a/config.json: seed is "one", expected a number.',
    );
  });

  it('names a setting that is missing or of another type', () => {
    const { settings, ...rest } = config() as { settings: Record<string, unknown> };
    const { 'model.units': units, ...others } = settings;
    expect(units).toMatchObject({ value: 200 });
    expect(() => parseRunConfig({ ...rest, settings: others }, 'config.json')).toThrow(
      'config.json: the setting model.units is missing.',
    );
    const wrong = { ...settings, 'model.units': { value: 'wide', source: 'code' } };
    expect(() => parseRunConfig({ ...rest, settings: wrong }, 'config.json')).toThrow(
      'model.units is "wide", expected a whole number at least 1.',
    );
  });

  it('refuses what a newer version wrote, and takes what an older one did', () => {
    const { version, ...older } = config();
    expect(version).toBe(1);
    expect(parseRunConfig(older, 'config.json').version).toBe(1);
    expect(() => parseRunConfig({ ...older, version: 2 }, 'config.json')).toThrow(
      'config.json has version 2, expected at most 1.',
    );
    const settings = {
      ...(older['settings'] as object),
      'data.shuffle': { value: true, source: 'user' },
    };
    expect(() => parseRunConfig({ ...older, settings }, 'config.json')).toThrow(
      expect.objectContaining({
        name: 'UsageError',
        message: 'config.json: there is no setting data.shuffle.',
      }) as Error,
    );
  });
});

describe('parseRunConfig of runs before there was a choice of optimizer', () => {
  it('reads them as plain gradient descent', () => {
    const config = stored() as { settings: object };
    const settings = Object.fromEntries(
      Object.entries(config.settings).filter(
        ([path]) => !/optimizer\.(kind|momentum|beta|eps)/.test(path),
      ),
    );
    expect(Object.keys(settings)).toHaveLength(Object.keys(config.settings).length - 5);
    const read = parseRunConfig({ ...config, settings }, 'config.json');
    expect(read.settings['optimizer.kind'].value).toBe('sgd');
  });

  it('reads texts as they were read before there was a choice', () => {
    const config = stored() as { settings: object };
    const settings = Object.fromEntries(
      Object.entries(config.settings).filter(
        ([path]) => !/data\.(level|split|vocabularySize|minCount)/.test(path),
      ),
    );
    expect(Object.keys(settings)).toHaveLength(Object.keys(config.settings).length - 4);
    const read = parseRunConfig({ ...config, settings }, 'config.json');
    expect(read.settings).toMatchObject({
      'data.level': { value: 'word' },
      'data.split': { value: 'files' },
      'data.vocabularySize': { value: 0 },
      'data.minCount': { value: 0 },
    });
  });

  it('stand beside runs of today with the settings that they had', () => {
    const config = stored() as { settings: Record<string, { value: unknown }> };
    const young = /^(optimizer\.(kind|beta)|data\.trainShare|normalization\.\w+\.|model\.embed)/;
    const settings = Object.fromEntries(
      Object.entries(config.settings).filter(([path]) => !young.test(path)),
    );
    expect(Object.keys(settings).length).toBeLessThan(Object.keys(config.settings).length - 9);
    const read = withYoungerSettings({ unit: 'word', settings } as Parameters<
      typeof withYoungerSettings
    >[0]);
    const valuesOf = (all: Record<string, { value: unknown }>) =>
      Object.fromEntries(Object.entries(all).map(([path, { value }]) => [path, value]));
    expect(valuesOf(read.settings)).toEqual(valuesOf(config.settings));
  });

  it('predicts what the text is read by', () => {
    const overrides = [readOverride('data.level=character')];
    const config = completeRun(draftOf({ overrides }), facts);
    expect(config.unit).toBe('character');
    expect(() => parseRunConfig({ ...config, unit: 'word' }, 'config.json')).toThrow(
      'config.json: the unit is "word", and data.level is "character".',
    );
  });

  it('refuses the files of one task under the unit of the other', () => {
    const config = JSON.parse(JSON.stringify(completeRun(speechDraftOf(), facts))) as object;
    expect(() => parseRunConfig({ ...config, data: 'glosses' }, 'a.json')).toThrow(
      'a.json: data is "glosses", expected an object.',
    );
  });
});
