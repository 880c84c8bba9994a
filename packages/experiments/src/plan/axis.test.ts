import { describe, expect, it } from 'vitest';
import { drawPoints, gridOf, readAxis } from './axis';

const valuesOf = (points: ReturnType<typeof gridOf>) =>
  points.map((point) => point.map(({ value }) => value));

describe('readAxis and gridOf', () => {
  it('make every combination, the last axis fastest', () => {
    const axes = ['optimizer.learningRate=0.5,1', 'model.cell=lstm,gru'].map((each) =>
      readAxis(each),
    );
    expect(valuesOf(gridOf(axes))).toEqual([
      [0.5, 'lstm'],
      [0.5, 'gru'],
      [1, 'lstm'],
      [1, 'gru'],
    ]);
    expect(gridOf([])).toEqual([[]]);
  });

  it('take a text with commas as one value', () => {
    expect(valuesOf(gridOf([readAxis('data.split=90,5,5')]))).toEqual([['90,5,5']]);
  });

  it.each([
    ['model.units', '--set is "model.units", expected path=a,b,c.'],
    ['model.units=3,many', 'model.units is "many", expected a number.'],
    ['model.colour=1,2', '--set: there is no setting "model.colour".'],
    ['model.cell=log(1,2)', '--set model.cell has a range, expected values: it is no number.'],
    ['data.batch=uniform(8,4)', 'is no range, expected two rising numbers.'],
    ['optimizer.maxGradientNorm=log(0,4)', 'expected two rising numbers above 0.'],
  ])('refuse %s', (assignment, sentence) => {
    expect(() => readAxis(assignment)).toThrow(sentence);
  });

  it('say that a grid has no end of values in a range', () => {
    expect(() => gridOf([readAxis('optimizer.learningRate=log(0.1,1)')])).toThrow(
      '--set optimizer.learningRate is a range, and a grid needs values.',
    );
  });
});

describe('drawPoints', () => {
  const axes = ['optimizer.learningRate=log(0.0001,1)', 'data.batch=32,64,128'].map((each) =>
    readAxis(each),
  );

  it('draws the same points for the same seed, and the first of many are those of few', () => {
    const many = drawPoints(axes, 52, 1);
    expect(drawPoints(axes, 52, 1)).toEqual(many);
    expect(drawPoints(axes, 5, 1)).toEqual(many.slice(0, 5));
    expect(drawPoints(axes, 52, 2)).not.toEqual(many);
  });

  it('draws rates uniformly in their logarithm and each batch about as often', () => {
    const points = drawPoints(axes, 3_000, 7);
    const logs = points.map(([rate]) => Math.log10(rate?.value as number));
    expect(Math.min(...logs)).toBeGreaterThanOrEqual(-4);
    expect(Math.max(...logs)).toBeLessThanOrEqual(0);
    const inDecade = [-4, -3, -2, -1].map(
      (start) => logs.filter((value) => value >= start && value < start + 1).length,
    );
    for (const found of inDecade) expect(Math.abs(found - 750)).toBeLessThan(90);
    const of32 = points.filter(([, batch]) => batch?.value === 32).length;
    expect(Math.abs(of32 - 1_000)).toBeLessThan(100);
  });

  it('keeps three digits', () => {
    for (const [rate] of drawPoints(axes, 20, 3)) {
      expect(rate?.value).toBe(Number((rate?.value as number).toPrecision(3)));
    }
  });
});
