import { batchNorm, layerNorm, normalizerFromSpec } from '@bnrnn/normalization';
import {
  bindKernel,
  scanOp,
  startBackend,
  startKernelLog,
  type KernelCall,
  type ScanAttributes,
  type OpInputs,
  type OpOutputs,
} from '@bnrnn/tensor-backend';
import {
  array64,
  centralDifferences,
  expectClose,
  expectNoLeak,
  filled,
  oracle,
  testBackends,
  toTensor,
  toTensor1D,
  toTensor2D,
  toTensor3D,
  weightedSum,
  weightedSumOfTensors,
  type Array64,
} from '@bnrnn/test-utils';
import {
  concat,
  fill,
  grads,
  ones,
  unregisterKernel,
  zeros,
  type Tensor,
} from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  normalizedScan,
  type NormalizedScanResult,
  type NormalizersInside,
} from './normalizedScan';

type NormalizedScanInputs = OpInputs<typeof scanOp>;

const [time, batch, units] = [7, 4, 5];
const epsilon = 0.03;
const { spec } = batchNorm({ over: 'frame', epsilon, perStep: true, maxSteps: 3 });
const lengths = { time, each: Int32Array.of(7, 7, 4, 2) };
const real = [...lengths.each];
const arrays = {
  projected: filled([time, batch, 4 * units], 1),
  recurrent: filled([units, 4 * units], 2),
  hidden0: filled([batch, units], 3),
  cell0: filled([batch, units], 4),
  hiddenToHiddenGain: filled([4 * units], 5, 0.5, 1.5),
  cellGain: filled([units], 6, 0.5, 1.5),
  cellShift: filled([units], 7),
};
const attributes: ScanAttributes = {
  cell: 'lstm',
  activation: 'tanh',
  normalize: { hiddenToHidden: spec, cell: spec },
  mode: 'batch',
  reverse: false,
  firstStep: 0,
  lengths,
};

type OracleInputs = Pick<
  oracle.LstmScanOptions,
  'projected' | 'recurrent' | 'recurrentBias' | 'hidden0' | 'cell0'
>;

function inputs(): NormalizedScanInputs {
  return {
    projected: toTensor3D(arrays.projected),
    recurrent: toTensor2D(arrays.recurrent),
    hidden0: toTensor2D(arrays.hidden0),
    cell0: toTensor2D(arrays.cell0),
    hiddenToHiddenGain: toTensor1D(arrays.hiddenToHiddenGain),
    cellGain: toTensor1D(arrays.cellGain),
    cellShift: toTensor1D(arrays.cellShift),
  };
}

/** Statistics before training, for the two placements. */
function startStatistics(): Partial<NormalizedScanInputs> {
  return {
    hiddenToHiddenMean: zeros([1, 4 * units]),
    hiddenToHiddenVariance: ones([1, 4 * units]),
    cellMean: zeros([1, units]),
    cellVariance: ones([1, units]),
  };
}

/** Runs a scan whose normalizers come as specs, and their tensors under a kernel's names. */
function scan(
  given: NormalizedScanInputs,
  { normalize, ...settings }: ScanAttributes,
): NormalizedScanResult {
  const tensors = new Map(Object.entries(given));
  const named = (placement: string, names: readonly string[]) =>
    Object.fromEntries(
      names.flatMap((name) => {
        const found = tensors.get(placement + name);
        return found === undefined ? [] : [[name.toLowerCase(), found]];
      }),
    );
  const normalizers: NormalizersInside = Object.fromEntries(
    Object.entries(normalize).map(([placement, of]) => [
      placement,
      {
        normalizer: normalizerFromSpec(of),
        parameters: named(placement, ['Gain', 'Shift']),
        statistics: named(placement, ['Mean', 'Variance']),
      },
    ]),
  );
  const { projected, recurrent, hidden0, cell0, recurrentBias } = given;
  const inputs = {
    ...{ projected, recurrent, hidden0 },
    ...(cell0 && { cell0 }),
    ...(recurrentBias && { recurrentBias }),
  };
  return normalizedScan(inputs, settings, normalizers);
}

/** What two placements measured of a name, side by side. */
function sideBySide({ measured }: NormalizedScanResult, name: string): Tensor {
  const { hiddenToHidden, cell } = measured;
  return concat([hiddenToHidden!.tensors[name]!, cell!.tensors[name]!], 1);
}

describe.each(testBackends())('normalizedScan on %s', (backend) => {
  beforeAll(() => startBackend(backend));

  it('gives the moments of every step, placements side by side, in the order of the steps', () => {
    const mean = array64([time, 5 * units]);
    const variance = array64([time, 5 * units]);
    const rows = array64([time]);
    const measure = (offset: number): oracle.BatchStepOptions['onMoments'] => {
      return (moments) => {
        mean.data.set(moments.mean.data, moments.step * 5 * units + offset);
        variance.data.set(moments.variance.data, moments.step * 5 * units + offset);
        rows.data[moments.step] = moments.rows;
      };
    };
    const { hiddenToHiddenGain, cellGain: gain, cellShift: shift, ...rest } = arrays;
    const expected = oracle.lstmScan({
      ...rest,
      lengths: real,
      normalize: {
        hiddenToHidden: oracle.batchStep({
          gain: hiddenToHiddenGain,
          epsilon,
          onMoments: measure(0),
        }),
        cell: oracle.batchStep({ gain, shift, epsilon, onMoments: measure(4 * units) }),
      },
    });
    // A step with one real row falls back on statistics; a kernel takes the scan where it has them.
    const given = { ...inputs(), ...startStatistics() };
    const actual = scan(given, attributes);
    expectClose(actual.hidden, expected.hidden);
    expectClose(actual.finalCell, expected.finalCell);
    expectClose(sideBySide(actual, 'mean'), mean);
    expectClose(sideBySide(actual, 'variance'), variance);
    expect([...actual.measured.cell!.counts]).toEqual([...rows.data]);
    expectNoLeak(() => scan(given, attributes));
  });

  it.each([
    ['lstm', 'batch'],
    ['lstm', 'layer'],
    ['rnn', 'batch'],
    ['rnn', 'layer'],
  ] as const)('adds the bias of h·U outside of a normalized sum: %s, %s', (cell, kind) => {
    const gates = cell === 'lstm' ? 4 : 1;
    // Without stored statistics a fused kernel serves padded steps of layer normalization alone.
    const padded = kind === 'layer';
    const normalizer =
      kind === 'batch' ? batchNorm({ over: 'frame', epsilon }) : layerNorm({ epsilon });
    const given: Record<string, Array64> = {
      projected: filled([time, batch, gates * units], 11),
      recurrent: filled([units, gates * units], 12),
      recurrentBias: filled([gates * units], 13, 0.2, 0.8),
      hidden0: filled([batch, units], 14),
      preActivationGain: filled([gates * units], 15, 0.5, 1.5),
      ...(cell === 'lstm' && { cell0: filled([batch, units], 16) }),
    };
    const expected = ({ preActivationGain, ...rest }: typeof given): Array64 => {
      const step = { gain: preActivationGain!, epsilon };
      const preActivation =
        kind === 'batch' ? oracle.batchStep(step) : oracle.layerStep({ ...step, groups: 1 });
      const scan = {
        ...(rest as unknown as OracleInputs),
        ...(padded && { lengths: real }),
        normalize: { preActivation },
      };
      return cell === 'lstm'
        ? oracle.lstmScan(scan).hidden
        : oracle.rnnScan({ ...scan, activation: 'tanh' }).hidden;
    };
    const names = Object.keys(given);
    const hidden = (...tensors: Tensor[]): Tensor =>
      scan(Object.fromEntries(names.map((name, i) => [name, tensors[i]])) as NormalizedScanInputs, {
        ...attributes,
        cell,
        normalize: { preActivation: normalizer.spec },
        lengths: padded ? lengths : undefined,
      }).hidden;
    const tensors = names.map((name) => toTensor(given[name]!));
    expectClose(hidden(...tensors), expected(given));
    const differences = centralDifferences((moved) => weightedSum(expected(moved)), given);
    const gradients = grads((...all: Tensor[]) => weightedSumOfTensors(hidden(...all)))(tensors);
    names.forEach((label, i) =>
      expectClose(gradients[i]!, differences[label]!, { rtol: 1e-4, label }),
    );
  });

  it('uses row min(firstStep + s, rows - 1) of stored statistics at step s', () => {
    const stored = {
      mean: filled([3, 4 * units], 8, -0.4, 0.4),
      variance: filled([3, 4 * units], 9, 0.3, 1.2),
    };
    const shifted = (row: number) => ({
      mean: array64([1, 4 * units], stored.mean.data.subarray(row * 4 * units).slice(0, 4 * units)),
      variance: array64(
        [1, 4 * units],
        stored.variance.data.subarray(row * 4 * units).slice(0, 4 * units),
      ),
    });
    const rows = [1, 2, 2, 2, 2, 2, 2].map(shifted);
    const { hiddenToHiddenGain: gain, ...rest } = arrays;
    const expected = oracle.lstmScan({
      ...rest,
      normalize: {
        hiddenToHidden: (x, step, real) =>
          oracle.batchStep({ gain, epsilon, useStored: true, stored: rows[step]! })(x, 0, real),
      },
    });
    const actual = scan(
      {
        ...inputs(),
        hiddenToHiddenMean: toTensor2D(stored.mean),
        hiddenToHiddenVariance: toTensor2D(stored.variance),
      },
      {
        ...attributes,
        normalize: { hiddenToHidden: spec },
        mode: 'stored',
        firstStep: 1,
        lengths: undefined,
      },
    );
    expectClose(actual.hidden, expected.hidden);
    expect(actual.measured).toEqual({});
  });
});

describe('normalizedScan', () => {
  beforeAll(() => startBackend('cpu'));

  it('runs on the kernel that a backend brings, which reads specs as plain data', () => {
    const seen: KernelCall<typeof scanOp>[] = [];
    const names = Object.keys(scanOp.outputs);
    bindKernel(scanOp, 'cpu', {
      run(call) {
        seen.push(call);
        const filledWith = names.map((name, k) => [name, fill([time, 5 * units], k)]);
        return Object.fromEntries(filledWith) as OpOutputs<typeof scanOp>;
      },
    });
    const log = startKernelLog();
    try {
      const { hidden, measured } = scan(inputs(), attributes);
      expect(hidden.dataSync()[0]).toBe(0);
      expectClose(measured.hiddenToHidden!.tensors['mean']!, fill([time, 4 * units], 3));
      expectClose(measured.cell!.tensors['variance']!, fill([time, units], 4));
    } finally {
      unregisterKernel(scanOp.name, 'cpu');
    }
    expect(log.stop()).toEqual([{ op: 'scan', ran: 'kernel', count: 1 }]);
    const [call] = seen;
    expect(call!.inputs.cellGain!.shape).toEqual([units]);
    expect(call!.inputs.cellMean).toBeUndefined();
    expect(call!.attributes).toEqual(attributes);
    const plain = { ...call!.attributes, lengths: undefined };
    expect({ ...(JSON.parse(JSON.stringify(plain)) as object), lengths: undefined }).toEqual(plain);
  });
});
