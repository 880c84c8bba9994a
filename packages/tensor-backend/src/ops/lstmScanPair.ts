import { expectShape } from '@bnrnn/core';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { lstmScanPairContract } from '../dispatch/contracts';
import { runOp } from '../dispatch/runOp';
import { expectLstmShapes, lstmScan, type LstmScanOptions, type LstmScanResult } from './lstmScan';
import { scanMask } from './mask';

/** The inputs of one direction: see `LstmScanOptions`. */
export type LstmDirection = Omit<LstmScanOptions, 'mask' | 'reverse'>;

export interface LstmScanPairOptions {
  forward: LstmDirection;
  backward: LstmDirection;
  mask?: Tensor2D | undefined;
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
 * @param options.mask      float32 [time, batch] of both: 1 real, 0 padding; padding stands last.
 * @throws what `lstmScan` throws; ShapeError when the directions differ in size.
 * @see Schuster, Paliwal 1997.
 */
export function lstmScanPair(options: LstmScanPairOptions): LstmScanPairResult {
  const { forward, backward } = options;
  const [time, batch, gates] = forward.projected.shape;
  expectLstmShapes('lstmScanPair', forward);
  expectLstmShapes('lstmScanPair', backward);
  expectShape('lstmScanPair', 'backward.projected', backward.projected, { time, batch, gates });
  const mask = scanMask('lstmScanPair', options.mask, forward.projected);
  const inputs = { ...forward, ...ofBackward(backward), mask };
  const outputs = runOp(lstmScanPairContract, inputs, {}, () => ({
    ...lstmScan({ ...forward, mask }),
    ...ofBackward(lstmScan({ ...backward, mask, reverse: true })),
  }));
  const { hidden, finalHidden, finalCell } = outputs;
  const { hiddenBackward, finalHiddenBackward, finalCellBackward } = outputs;
  return {
    forward: { hidden, finalHidden, finalCell },
    backward: {
      hidden: hiddenBackward,
      finalHidden: finalHiddenBackward,
      finalCell: finalCellBackward,
    },
  } as LstmScanPairResult;
}

type OfBackward<Tensors> = { [Name in keyof Tensors & string as `${Name}Backward`]: Tensors[Name] };

/** The second direction's tensors under their names in the contract. */
function ofBackward<Tensors extends object>(tensors: Tensors): OfBackward<Tensors> {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]: [string, Tensor]) => [`${name}Backward`, tensor]),
  ) as OfBackward<Tensors>;
}
