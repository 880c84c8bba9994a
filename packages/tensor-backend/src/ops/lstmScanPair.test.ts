import { filled, oracle, testBackends, toTensor2D, toTensor3D } from '@bnrnn/test-utils';
import type { Tensor, Tensor1D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { compareWithOracle } from '../../test/compareWithOracle';
import { startBackend } from '../backends/startBackend';
import { lstmScanPair, type LstmDirection } from './lstmScanPair';

const [time, batch, units] = [7, 4, 5];
const lengths = [7, 3, 5, 1];

const inputs = {
  projected: filled([time, batch, 4 * units], 1),
  recurrent: filled([units, 4 * units], 2, -0.7, 0.7),
  hidden0: filled([batch, units], 3),
  cell0: filled([batch, units], 4),
  projected2: filled([time, batch, 4 * units], 11),
  recurrent2: filled([units, 4 * units], 12, -0.7, 0.7),
  hidden02: filled([batch, units], 13),
  cell02: filled([batch, units], 14),
};
const optional = {
  recurrentBias: filled([4 * units], 5),
  peepholes: filled([3, units], 6),
  recurrentBias2: filled([4 * units], 15),
  peepholes2: filled([3, units], 16),
};
type Given = typeof inputs & Partial<typeof optional>;

/** The inputs of one direction, tensors or arrays. */
function direction<Value>(given: Record<string, Value>, suffix: '' | '2'): Record<string, Value> {
  const names = ['projected', 'recurrent', 'hidden0', 'cell0', 'recurrentBias', 'peepholes'];
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = given[`${name}${suffix}`];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

type Outputs<Value> = Record<'hidden' | 'finalHidden' | 'finalCell', Value>;

function inOrder<Value>({ hidden, finalHidden, finalCell }: Outputs<Value>): Value[] {
  return [hidden, finalHidden, finalCell];
}

function compare(label: string, given: Given, padded: boolean): void {
  compareWithOracle({
    label,
    inputs: given,
    op: (tensors) => {
      const { forward, backward } = lstmScanPair({
        forward: direction(tensors, '') as unknown as LstmDirection,
        backward: direction(tensors, '2') as unknown as LstmDirection,
        lengths: padded ? lengths : undefined,
      });
      return [...inOrder<Tensor>(forward), ...inOrder<Tensor>(backward)];
    },
    oracle: (arrays) => {
      const fixed = padded ? { lengths } : {};
      const scan = (suffix: '' | '2') =>
        oracle.lstmScan({
          ...(direction(arrays, suffix) as unknown as typeof inputs),
          ...fixed,
          reverse: suffix === '2',
        });
      return [...inOrder(scan('')), ...inOrder(scan('2'))];
    },
  });
}

describe.each(testBackends())('lstmScanPair on %s', (backend) => {
  beforeAll(async () => {
    await startBackend(backend);
  });

  test('agrees with the oracle', () => compare('plain', inputs, false));
  test('with padding', () => compare('padding', inputs, true));
  test('with everything', () => compare('all', { ...inputs, ...optional }, true));
  test('with a bias in one direction only', () =>
    compare('one bias', { ...inputs, recurrentBias2: optional.recurrentBias2 }, false));

  test('refuses directions of different sizes', () => {
    const tensors = {
      projected: toTensor3D(inputs.projected),
      recurrent: toTensor2D(inputs.recurrent),
      hidden0: toTensor2D(inputs.hidden0),
      cell0: toTensor2D(inputs.cell0),
      recurrentBias: undefined as Tensor1D | undefined,
    };
    const shorter = { ...tensors, projected: toTensor3D(filled([6, batch, 4 * units], 1)) };
    expect(() => lstmScanPair({ forward: tensors, backward: shorter })).toThrow(
      /lstmScanPair: backward\.projected .*\[6, 4, 20\]/,
    );
  });
});
