import { describe, expect, it } from 'vitest';
import { readOverride } from '../settings/readSetting';
import {
  resolveRun,
  resolveSpeechRun,
  type ResolveRunOptions,
  type ResolveSpeechRunOptions,
} from './resolveRun';
import { parseRunConfig } from './runConfig';
import { normalizationChoices } from '../settings/definition';

const base: ResolveRunOptions = {
  preset: 'ptb-small-bn',
  backend: 'wasm',
  data: 'synthetic',
  corpus: { name: 'synthetic', sha256: { train: 'ab' }, counts: { train: 12 }, classes: 4 },
};

describe('resolveRun', () => {
  it('gives plain JSON that reads back as itself', () => {
    const config = resolveRun({ ...base, seed: 7, command: 'bnrnn train', commit: 'abc' });
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
    const baselineOf = (change: Partial<ResolveRunOptions>) =>
      resolveRun({ ...base, ...change }).baseline;
    expect(baselineOf({ preset: 'ptb-small-bn-sum-tiny' })).toBe('ptb-small-tiny');
    expect(baselineOf({ preset: 'ptb-small' })).toBeNull();
    expect(baselineOf({ preset: 'ptb-small', normalize: 'layer' })).toBe('ptb-small');
  });

  it.each([
    [{ preset: 'wsj-birnn' }, 'The preset wsj-birnn is a frame classifier, expected a language'],
    [{ preset: 'ptb-smal' }, '(each also as NAME-tiny) is "ptb-smal", expected one of: ptb-small,'],
    [{ recipe: 'lua' }, '--recipe is "lua", expected one of:'],
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
    expect(() => resolveRun({ ...base, ...change })).toThrow(sentence);
  });
});

const speech: ResolveSpeechRunOptions = {
  preset: 'wsj-birnn-bn',
  backend: 'simd',
  data: { train: 'data/train', dev: 'data/dev', alignments: ['exp/ali'], model: 'final.mdl' },
  corpus: { name: 'kaldi', sha256: { train: 'ab' }, counts: { train: 12 }, classes: 4 },
};

describe('resolveSpeechRun', () => {
  it('gives plain JSON that reads back as itself', () => {
    const config = resolveSpeechRun({ ...speech, seed: 7 });
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
    expect(() => resolveSpeechRun({ ...speech, ...change })).toThrow(sentence);
  });

  it('applies speaker statistics by default where there are any, and where it is told', () => {
    const cmvnOf = (change: Partial<ResolveSpeechRunOptions>) =>
      resolveSpeechRun({ ...speech, ...change }).settings['data.cmvn'];
    expect(cmvnOf({})).toMatchObject({ value: 'mean-variance', source: 'chosen' });
    expect(cmvnOf({ speakerStatistics: false })).toEqual({
      value: 'none',
      source: 'chosen',
      note: 'the data directories have no cmvn.scp',
    });
    const overrides = [readOverride('data.cmvn=mean')];
    expect(cmvnOf({ speakerStatistics: false, overrides })).toMatchObject({ value: 'mean' });
  });

  it('takes every normalization of W·x', () => {
    for (const normalize of normalizationChoices) {
      const { settings } = resolveSpeechRun({ ...speech, normalize });
      expect(settings['model.normalize.inputToHidden']).toEqual({
        value: normalize,
        source: 'user',
      });
    }
  });
});

describe('parseRunConfig', () => {
  const config = () => JSON.parse(JSON.stringify(resolveRun(base))) as Record<string, unknown>;

  it('names the field that does not fit', () => {
    expect(() => parseRunConfig({ ...config(), seed: 'one' }, 'a/config.json')).toThrow(
      'a/config.json: seed is "one", expected number.',
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
    const config = JSON.parse(JSON.stringify(resolveRun(base))) as { settings: object };
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
    const config = JSON.parse(JSON.stringify(resolveRun(base))) as { settings: object };
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

  it('predicts what the text is read by', () => {
    const overrides = [readOverride('data.level=character')];
    const config = resolveRun({ ...base, overrides });
    expect(config.unit).toBe('character');
    expect(() => parseRunConfig({ ...config, unit: 'word' }, 'config.json')).toThrow(
      'config.json: the unit is "word", and data.level is "character".',
    );
  });

  it('refuses the files of one task under the unit of the other', () => {
    const config = JSON.parse(JSON.stringify(resolveSpeechRun(speech))) as object;
    expect(() => parseRunConfig({ ...config, data: 'glosses' }, 'a.json')).toThrow(
      'a.json: data is string, expected object where the unit is "frame".',
    );
  });
});
