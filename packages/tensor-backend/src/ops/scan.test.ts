import { ShapeError, UsageError } from '@bnrnn/core';
import {
  array64,
  expectClose,
  filled,
  oracle,
  testBackends,
  toTensor2D,
  toTensor3D,
} from '@bnrnn/test-utils';
import {
  concat,
  reverse,
  slice,
  type Tensor,
  type Tensor2D,
  type Tensor3D,
} from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { gradientsOf } from '../../test/compareWithOracle';
import { startBackend } from '../backends/startBackend';
import { runOp } from '../dispatch/runOp';
import { gruScan } from './gruScan';
import { lstmScan } from './lstmScan';
import { rnnScan } from './rnnScan';
import { scanOp } from './scanOp';

const [time, batch, units] = [7, 4, 5];
const lengths = [7, 3, 5, 1];

interface Call {
  projected: Tensor3D;
  lengths?: readonly number[];
  reverse?: boolean;
  states?: Tensor2D[];
}

const start = [1, 2].map((seed) => () => toTensor2D(filled([batch, units], seed)));
const recurrent = (gates: number) => toTensor2D(filled([units, gates * units], 3, -0.6, 0.6));

/** Every scan behind one signature: outputs first, then the final states. */
const scans: [string, number, (call: Call) => [Tensor3D, ...Tensor2D[]]][] = [
  [
    'lstmScan',
    4,
    ({ states, ...call }) => {
      const [hidden0, cell0] = states ?? start.map((make) => make());
      const out = lstmScan({ ...call, recurrent: recurrent(4), hidden0: hidden0!, cell0: cell0! });
      return [out.hidden, out.finalHidden, out.finalCell];
    },
  ],
  [
    'rnnScan',
    1,
    ({ states, ...call }) => {
      const hidden0 = states?.[0] ?? start[0]!();
      const out = rnnScan({ ...call, recurrent: recurrent(1), hidden0, activation: 'tanh' });
      return [out.hidden, out.finalHidden];
    },
  ],
  [
    'gruScan',
    3,
    ({ states, ...call }) => {
      const hidden0 = states?.[0] ?? start[0]!();
      const out = gruScan({ ...call, recurrent: recurrent(3), hidden0 });
      return [out.hidden, out.finalHidden];
    },
  ],
];

describe.each(testBackends())('on %s', (backend) => {
  beforeAll(async () => {
    await startBackend(backend);
  });

  describe.each(scans)('%s', (name, gates, scan) => {
    const values = filled([time, batch, gates * units], 4);

    test('what padding holds changes no output, state or gradient', () => {
      const dirty = structuredClone(values);
      const width = gates * units;
      dirty.data.forEach((_, i) => {
        const row = Math.floor(i / width);
        if (oracle.isPadded(lengths, Math.floor(row / batch), row % batch))
          dirty.data[i] = [NaN, -Infinity, 1e30][i % 3]!;
      });
      const run = (projected: Tensor3D) => [
        ...scan({ projected, lengths }),
        ...gradientsOf((x) => scan({ projected: x as Tensor3D, lengths }), [projected]),
      ];
      const clean = run(toTensor3D(values));
      run(toTensor3D(dirty)).forEach((tensor, i) => {
        expect(tensor.dataSync()).toEqual(clean[i]?.dataSync());
      });
    });

    test('a padded step gives 0 and carries the state bit for bit', () => {
      const [hidden, final] = scan({ projected: toTensor3D(values), lengths });
      const lastOfRow3 = slice(hidden, [0, 3, 0], [1, 1, units]).dataSync();
      expect(slice(final!, [3, 0], [1, units]).dataSync()).toEqual(lastOfRow3);
      expectClose(slice(hidden, [1, 3, 0], [6, 1, units]), array64([6, 1, units]));
    });

    test('reverse is the reverse of the scan of the reverse', () => {
      const projected = toTensor3D(values);
      const [hidden, ...states] = scan({ projected, reverse: true });
      const [mirrored, ...mirroredStates] = scan({ projected: reverse(projected, 0) });
      expectClose(hidden, reverse(mirrored, 0), { rtol: 0 });
      states.forEach((state, k) => expectClose(state, mirroredStates[k]!, { rtol: 0 }));
    });

    test('two halves with the state carried equal the whole', () => {
      const projected = toTensor3D(values);
      const [whole, ...wholeStates] = scan({ projected });
      const [first, ...states] = scan({ projected: slice(projected, [0, 0, 0], [3, -1, -1]) });
      const [second, ...finals] = scan({ projected: slice(projected, [3, 0, 0]), states });
      expectClose(concat([first, second] as Tensor[]), whole, { rtol: 0 });
      finals.forEach((state, k) => expectClose(state, wholeStates[k]!, { rtol: 0 }));
    });

    test('refuses lengths that are no number of steps, and another number of rows', () => {
      const projected = toTensor3D(values);
      const call = (given: number[]) => () => scan({ projected, lengths: given });
      expect(call([7, 8, 5, 1])).toThrow(UsageError);
      expect(call([7, 8, 5, 1])).toThrow(
        `${name}: lengths[1] is 8, expected a whole number of real steps, 0 to 7.`,
      );
      expect(call([7, 3, 5])).toThrow(ShapeError);
      expect(call([7, 3, 5])).toThrow(
        `${name}: lengths has 3 numbers, expected one for each row: batch=4.`,
      );
    });
  });
});

test('the fallback refuses normalizers that nobody calls', async () => {
  await startBackend('cpu', { fallback: 'allow', precision: 'float32' });
  const call = () =>
    runOp(
      scanOp,
      {
        projected: toTensor3D(filled([time, batch, units], 4)),
        recurrent: recurrent(1),
        hidden0: toTensor2D(filled([batch, units], 1)),
      },
      {
        cell: 'rnn',
        activation: 'tanh',
        normalize: { hiddenToHidden: { kind: 'own' } },
        mode: 'batch',
        reverse: false,
        firstStep: 0,
        lengths: undefined,
      },
    );
  expect(call).toThrow(UsageError);
  expect(call).toThrow('scan: normalize.hiddenToHidden is set, expected none on this fallback.');
});
