import { expectShape, UsageError } from '@bnrnn/core';
import type { Tensor } from '@tensorflow/tfjs-core';

/** What a mask [time, batch] says, read once from the CPU side. */
export interface MaskFacts {
  /** Real rows of each step. */
  readonly rows: Float32Array;
  /** Real rows of all steps. */
  readonly total: number;
  /** Whether any row is padded. */
  readonly padded: boolean;
}

const known = new WeakMap<object, MaskFacts>();

/**
 * Reads what a mask says and remembers it by the tensor's data: the layers of a model share a mask.
 *
 * @throws ShapeError when it is not [time, batch]; UsageError for a value that is neither 0 nor 1.
 */
export function maskFacts(caller: string, mask: Tensor, time: number, batch: number): MaskFacts {
  expectShape(caller, 'mask', mask, { time, batch });
  const found = known.get(mask.dataId);
  if (found !== undefined) return found;
  const values = mask.dataSync();
  const rows = new Float32Array(time);
  let total = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (value !== 0 && value !== 1) {
      throw new UsageError(
        `${caller}: mask holds ${value} at step ${Math.floor(i / batch)}, row ${i % batch}, expected 1 for a real step or 0 for padding.`,
      );
    }
    const step = Math.floor(i / batch);
    rows[step] = (rows[step] as number) + value;
    total += value;
  }
  const facts = { rows, total, padded: total < time * batch };
  known.set(mask.dataId, facts);
  return facts;
}

const withoutHoles = new WeakSet();

/**
 * The mask of a scan where something is padded, undefined where all is real.
 *
 * @throws what `maskFacts` throws; UsageError when a row turns real again after padding.
 */
export function scanMask<Mask extends Tensor>(
  caller: string,
  mask: Mask | undefined,
  projected: Tensor,
): Mask | undefined {
  if (mask === undefined) return undefined;
  const [time, batch] = projected.shape as [number, number];
  if (!maskFacts(caller, mask, time, batch).padded) return undefined;
  expectNoHole(caller, mask);
  return mask;
}

/** @throws UsageError when a row turns real again after padding. */
function expectNoHole(caller: string, mask: Tensor): void {
  if (withoutHoles.has(mask.dataId)) return;
  const [time, batch] = mask.shape as [number, number];
  const values = mask.dataSync();
  for (let i = batch; i < time * batch; i++) {
    if (values[i] === 1 && values[i - batch] === 0) {
      throw new UsageError(
        `${caller}: mask has a hole: row ${i % batch} is padding at step ${Math.floor(i / batch) - 1} and real at step ${Math.floor(i / batch)}.`,
        { hint: 'Padding may only stand at the end of a row.' },
      );
    }
  }
  withoutHoles.add(mask.dataId);
}
