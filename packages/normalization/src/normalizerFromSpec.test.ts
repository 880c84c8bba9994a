import type { UsageError } from '@bnrnn/core';
import { describe, expect, it } from 'vitest';
import { batchNorm } from './batchNorm';
import { layerNorm } from './layerNorm';
import { none } from './none';
import { normalizerFromSpec } from './normalizerFromSpec';
import { recurrentBatchNorm } from './recurrentBatchNorm';
import { specOfName, strategyNames } from './strategy';

const usageError = (message: string): unknown =>
  expect.objectContaining({ name: 'UsageError', message });

const batch = batchNorm({ over: 'frame' }).spec;
const layer = layerNorm().spec;

describe('normalizerFromSpec', () => {
  it.each([
    none(),
    batchNorm({ over: 'sequence', epsilon: 1e-6, epsilonRule: 'double', gain: 2, decay: 0.1 }),
    batchNorm({ over: 'frame', perStep: true, maxSteps: 20 }),
    layerNorm({ groups: 4, epsilon: 1e-3, gain: 0.5 }),
  ])('gives back through JSON what it was made of: $spec.kind', ({ spec }) => {
    expect(normalizerFromSpec(JSON.parse(JSON.stringify(spec))).spec).toEqual(spec);
  });

  it('has the defaults that the options document', () => {
    expect(batch).toEqual({
      kind: 'batch',
      over: 'frame',
      epsilon: 1e-5,
      epsilonRule: 'variance',
      gain: 1,
      decay: 0.9,
      perStep: false,
      maxSteps: 1,
    });
    expect(layer).toEqual({ kind: 'layer', groups: 1, epsilon: 1e-5, gain: 1 });
  });

  it.each([
    [null, 'cell: the specification is null, expected an object with a kind.'],
    [[1], 'cell: the specification is [1], expected an object with a kind.'],
    [{ kind: 'none', gain: 1 }, 'cell: a setting is "gain", expected one of: kind.'],
    [{ ...batch, over: 'time' }, 'cell: over is "time", expected one of: frame, sequence.'],
    [{ ...batch, epsilon: 0 }, 'cell: epsilon is 0, expected a number above 0.'],
    [
      { ...batch, epsilonRule: 'x' },
      'cell: epsilonRule is "x", expected one of: variance, double.',
    ],
    [{ ...batch, gain: '1' }, 'cell: gain is "1", expected a number.'],
    [{ ...batch, decay: 1 }, 'cell: decay is 1, expected a number at least 0 and below 1.'],
    [{ ...batch, perStep: 'yes' }, 'cell: perStep is "yes", expected true or false.'],
    [{ ...batch, maxSteps: 1.5 }, 'cell: maxSteps is 1.5, expected a whole number at least 1.'],
    [
      { ...batch, over: 'sequence', perStep: true },
      'cell: perStep is true with over "sequence", which has one set of statistics for all time steps.',
    ],
    [{ kind: 'batch', over: 'frame' }, 'cell: epsilon is undefined, expected a number above 0.'],
    [{ ...layer, groups: 0 }, 'cell: groups is 0, expected a whole number at least 1.'],
    [{ ...layer, epsilon: NaN }, 'cell: epsilon is NaN, expected a number above 0.'],
  ])('refuses %j', (spec, sentence) => {
    expect(() => normalizerFromSpec(spec, { where: 'cell' })).toThrow(usageError(sentence));
  });

  it('names the kinds where it does not know one', () => {
    expect(() => normalizerFromSpec({ kind: 'bach' }, { where: 'cell' })).toThrow(
      'cell: kind is "bach", expected one of: none, batch, layer',
    );
  });

  it.each(strategyNames)('makes a normalizer of what %s holds', (name) => {
    const spec = specOfName(name, { gain: 0.5, unheard: 1 });
    expect(normalizerFromSpec(JSON.parse(JSON.stringify(spec))).spec).toEqual(spec);
    if ('gain' in spec) expect(spec.gain).toBe(0.5);
    expect(spec).not.toHaveProperty('unheard');
  });

  it('knows no other name', () => {
    expect(() => specOfName('batch')).toThrow(
      'specOfName: name is "batch", expected one of: none,',
    );
  });

  it.each(['batch', 'frame'])("refuses a strategy of the caller's own with the name %s", (kind) => {
    expect(() => normalizerFromSpec({ kind }, { strategies: [{ kind, create: none }] })).toThrow(
      `strategies: two strategies have the kind "${kind}", expected one.`,
    );
  });

  it('names a setting that was misspelt', () => {
    try {
      normalizerFromSpec({ ...batch, epsillon: 1 });
      expect.unreachable();
    } catch (error) {
      expect((error as UsageError).hint).toBe('Did you mean "epsilon"?');
    }
  });

  it('asks for the number of steps where statistics are per step', () => {
    expect(() => batchNorm({ over: 'frame', perStep: true })).toThrow(
      'batchNorm: perStep needs maxSteps, the number of time steps with statistics of their own.',
    );
  });
});

describe('recurrentBatchNorm', () => {
  it('is frame-wise at three placements with gain 0.1 and statistics for each step', () => {
    const spec = { ...batch, gain: 0.1, perStep: true, maxSteps: 100, decay: 0.95 };
    const normalizers = recurrentBatchNorm({ maxSteps: 100, decay: 0.95 });
    expect(Object.keys(normalizers)).toEqual(['inputToHidden', 'hiddenToHidden', 'cell']);
    for (const each of Object.values(normalizers)) expect(each).toMatchObject({ spec });
    expect(normalizers.cell).not.toBe(normalizers.hiddenToHidden);
    expect(() => recurrentBatchNorm({ maxSteps: 0 })).toThrow(
      'batchNorm: maxSteps is 0, expected a whole number at least 1.',
    );
  });
});
