import { describe, expect, it } from 'vitest';
import { readOverride } from './readSetting';

describe('readOverride', () => {
  it.each([
    ['model.units=300', 300],
    ['normalization.epsilon=1e-5', 1e-5],
    ['normalization.perStep=false', false],
    ['normalization.perStep=true', true],
    ['optimizer.clipAt=at or above', 'at or above'],
    [' model.cell = gru ', 'gru'],
  ])('reads %s', (assignment, value) => {
    expect(readOverride(assignment).value).toBe(value);
  });

  it.each([
    ['model.units', '--set is "model.units", expected path=value.'],
    ['=3', '--set is "=3", expected path=value.'],
    ['model.units=', 'model.units is "", expected a number.'],
    ['model.units=many', 'model.units is "many", expected a number.'],
    ['model.units=2.5', 'model.units is 2.5, expected a whole number at least 1.'],
    ['model.dropout=1', 'model.dropout is 1, expected a number at least 0 and below 1.'],
    ['normalization.perStep=yes', 'normalization.perStep is "yes", expected true or false.'],
    ['model.cell=lsmt', 'model.cell is "lsmt", expected one of: lstm, rnn, gru.'],
    ['model.colour=red', '--set: there is no setting "model.colour".'],
  ])('refuses %s', (assignment, sentence) => {
    expect(() => readOverride(assignment)).toThrow(sentence);
  });

  it.each([
    ['units=3', 'Did you mean "model.units"?'],
    ['model.unitz=3', 'Did you mean "model.units"?'],
    ['learningrate=3', 'Did you mean "optimizer.learningRate"?'],
    ['optimizer.maxNorm=3', 'optimizer.maxGradientNorm'],
  ])('suggests what %s may mean', (assignment, suggestion) => {
    expect(() => readOverride(assignment)).toThrow(
      expect.objectContaining({ hint: expect.stringContaining(suggestion) as string }),
    );
  });

  it('lists every setting when nothing is near', () => {
    expect(() => readOverride('zzz=1')).toThrow(
      expect.objectContaining({
        hint: expect.stringContaining('model.cell, model.layers') as string,
      }),
    );
  });
});
