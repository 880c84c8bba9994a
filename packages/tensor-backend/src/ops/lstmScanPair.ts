import { expectShape, paddedLengths, type GivenLengths, type Lengths } from '@bnrnn/core';
import { defineOp } from '../dispatch/defineOp';
import { runOp } from '../dispatch/runOp';
import { expectLstmShapes, lstmScan, type LstmScanOptions, type LstmScanResult } from './lstmScan';

/** See `lstmScanPair`: the tensors of `lstmScan` twice, the second scan in reverse. */
export const lstmScanPairOp = defineOp<{ lengths: Lengths | undefined }>()({
  name: 'lstmScanPair',
  inputs: {
    projected: 'time batch gates',
    recurrent: 'units gates',
    hidden0: 'batch units',
    cell0: 'batch units',
    projectedBackward: 'time batch gates',
    recurrentBackward: 'units gates',
    hidden0Backward: 'batch units',
    cell0Backward: 'batch units',
  },
  optional: {
    recurrentBias: 'gates',
    peepholes: 'places units',
    recurrentBiasBackward: 'gates',
    peepholesBackward: 'places units',
  },
  outputs: {
    hidden: 'time batch units',
    finalHidden: 'batch units',
    finalCell: 'batch units',
    hiddenBackward: 'time batch units',
    finalHiddenBackward: 'batch units',
    finalCellBackward: 'batch units',
  },
  constants: [],
  fallback(inputs, { lengths }) {
    const first = lstmScan({ ...inputs, lengths });
    return lstmPair(first, lstmScan({ ...backwardOf(inputs), lengths, reverse: true }));
  },
});

/** The inputs of one direction: see `LstmScanOptions`. */
export type LstmDirection = Omit<LstmScanOptions, 'lengths' | 'reverse'>;

export interface LstmScanPairOptions {
  forward: LstmDirection;
  backward: LstmDirection;
  lengths?: GivenLengths | undefined;
}

/** For each direction what `lstmScan` gives. */
export interface LstmScanPairResult {
  forward: LstmScanResult;
  backward: LstmScanResult;
}

/**
 * Two LSTM scans of equal sizes over the same steps, the second from the last step to the first: the directions of a
 * bidirectional layer. Neither waits for the other, so a backend may run them at the same time.
 *
 * @param options.forward   the inputs of the scan from the first step on, as `lstmScan` takes them.
 * @param options.backward  those of the scan from the last step on.
 * @param options.lengths   real steps of each row, of both; all when absent.
 * @throws what `lstmScan` throws; ShapeError when the directions differ in size.
 * @see Schuster, Paliwal 1997.
 */
export function lstmScanPair(options: LstmScanPairOptions): LstmScanPairResult {
  const { forward, backward } = options;
  const [time, batch, gates] = forward.projected.shape;
  expectLstmShapes('lstmScanPair', forward);
  expectLstmShapes('lstmScanPair', backward);
  expectShape('lstmScanPair', 'backward.projected', backward.projected, { time, batch, gates });
  const lengths = paddedLengths('lstmScanPair', options.lengths, { time, batch });
  const inputs = lstmPair(forward, backward);
  const outputs = runOp(lstmScanPairOp, inputs, { lengths });
  const { hidden, finalHidden, finalCell } = outputs;
  return { forward: { hidden, finalHidden, finalCell }, backward: backwardOf(outputs) };
}

type Backward<Tensors> = { [Name in keyof Tensors & string as `${Name}Backward`]: Tensors[Name] };

type BackwardOf<Tensors> = {
  [Name in keyof Tensors as Name extends `${infer Own}Backward` ? Own : never]: Tensors[Name];
};

/** The tensors of two directions under their names in the op. */
export function lstmPair<First extends object, Second extends object>(
  first: First,
  second: Second,
): First & Backward<Second> {
  const renamed = Object.entries(second).map(([name, tensor]: [string, unknown]) => [
    `${name}Backward`,
    tensor,
  ]);
  return { ...first, ...(Object.fromEntries(renamed) as Backward<Second>) };
}

/** The second direction's tensors of the op, under their names in a scan. */
export function backwardOf<Tensors extends object>(tensors: Tensors): BackwardOf<Tensors> {
  const own = Object.entries(tensors).flatMap(([name, tensor]: [string, unknown]) =>
    name.endsWith('Backward') ? [[name.slice(0, -'Backward'.length), tensor]] : [],
  );
  return Object.fromEntries(own) as BackwardOf<Tensors>;
}

/** What the scan of one direction is called with where the op `scan` computes it. */
export function lstmDirection({ lengths }: { lengths: Lengths | undefined }, reverse: boolean) {
  return {
    cell: 'lstm',
    activation: 'tanh',
    normalize: {},
    mode: 'batch',
    firstStep: 0,
    lengths,
    reverse,
  } as const;
}
