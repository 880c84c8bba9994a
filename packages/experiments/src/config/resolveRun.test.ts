import { describe, expect, it } from 'vitest';
import { readOverride } from '../settings/readSetting';
import { resolveRun, type ResolveRunOptions } from './resolveRun';
import { parseRunConfig } from './runConfig';

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

  it.each([
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
});
