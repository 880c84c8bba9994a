import { batchNorm, type BatchNormOptions } from '@bnrnn/normalization';
import { startBackend } from '@bnrnn/tensor-backend';
import { array64, expectClose, oracle, testBackends, type Array64 } from '@bnrnn/test-utils';
import { beforeAll, describe, expect, it } from 'vitest';
import { layerArrays, layerStatistics, layerVariables, path } from '../../test/layerRig';
import { bidirectional } from './bidirectional';
import { lstm } from './lstm';

const [time, batch, inputs, units] = [7, 4, 3, 5];
const real = [7, 5, 4, 2];
const lengths = { time, each: Int32Array.from(real) };

/** [time, batch, F] twice as [time, 2·batch, F]. */
function sideBySide(a: Array64, b: Array64): Array64 {
  const [steps, rows, ...rest] = a.shape as [number, number, ...number[]];
  const size = a.data.length / steps;
  const data = Array.from({ length: steps }, (_, t) => [
    ...a.data.subarray(t * size, (t + 1) * size),
    ...b.data.subarray(t * size, (t + 1) * size),
  ]);
  return array64([steps, 2 * rows, ...rest], data.flat());
}

/** One half of [time, 2·batch, F]. */
function half(a: Array64, which: 0 | 1): Array64 {
  const [steps, rows, features] = a.shape as [number, number, number];
  const size = (rows * features) / 2;
  const data = Array.from({ length: steps }, (_, t) => [
    ...a.data.subarray((2 * t + which) * size, (2 * t + which + 1) * size),
  ]);
  return array64([steps, rows / 2, features], data.flat());
}

describe.each(testBackends())('bidirectional on %s', (backend) => {
  beforeAll(() => startBackend(backend));

  it('with shared statistics counts the rows of both directions and has one gain', () => {
    const options: BatchNormOptions = { over: 'sequence', epsilon: 0.05 };
    const normalize = { inputToHidden: batchNorm(options) };
    const layer = bidirectional(lstm({ units, normalize }), { statistics: 'shared' });
    const arrays = layerArrays(layer, { inputs, time, batch, seed: 4 });
    expect(Object.keys(arrays).filter((name) => name.startsWith(path))).toEqual([
      'layer.forward.input',
      'layer.forward.recurrent',
      'layer.backward.input',
      'layer.backward.recurrent',
      'layer.inputToHidden.gain',
      'layer.inputToHidden.shift',
    ]);
    const projected = (['forward', 'backward'] as const).map((direction) =>
      oracle.project(arrays['x']!, arrays[`${path}.${direction}.input`]!),
    );
    const expected = oracle.batchNormalize({
      x: sideBySide(projected[0]!, projected[1]!),
      lengths: [...real, ...real],
      gain: arrays[`${path}.inputToHidden.gain`]!,
      shift: arrays[`${path}.inputToHidden.shift`]!,
      over: 'sequence',
      epsilon: 0.05,
    });
    const [forward, backward] = ([0, 1] as const).map((k) =>
      oracle.lstmScan({
        projected: half(expected.y, k),
        recurrent: arrays[`${path}.${k === 0 ? 'forward' : 'backward'}.recurrent`]!,
        hidden0: arrays[`state.${2 * k}`]!,
        cell0: arrays[`state.${2 * k + 1}`]!,
        lengths: real,
        reverse: k === 1,
      }),
    );

    const { run } = layerVariables(layer, arrays);
    const { hidden, measured } = run({
      statistics: layerStatistics(layer, 4),
      mode: 'batch',
      lengths,
    });
    expectClose(hidden, oracle.mergeDirections(forward!.hidden, backward!.hidden, 'concat'));
    expect(Object.keys(measured)).toEqual(['layer.inputToHidden']);
    const { tensors, counts } = measured['layer.inputToHidden']!;
    expectClose(tensors['mean']!, expected.mean);
    expect(counts.reduce((sum, count) => sum + count)).toBe(36);
  });
});

describe('bidirectional', () => {
  it('refuses to share what only one direction has', () => {
    const inside = lstm({ units, normalize: { cell: batchNorm({ over: 'frame' }) } });
    expect(() => bidirectional(inside, { statistics: 'shared' })).toThrow(
      'bidirectional: statistics are "shared" with normalizers at cell, expected inputToHidden alone.',
    );
    expect(() => bidirectional(lstm({ units }), { statistics: 'shared' })).toThrow('at none');
  });

  it('refuses a layer of both directions', () => {
    const both = bidirectional(lstm({ units }));
    expect(() => bidirectional(both as never)).toThrow(
      'bidirectional: layer.kind is "bidirectional"',
    );
  });
});
