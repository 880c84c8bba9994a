import type { KernelCall } from '../dispatch/bindKernel';
import { insidePlacements } from './cellSteps';
import type { scanOp } from './scanOp';

/**
 * Whether a kernel of `scanOp` that has batch and layer normalization inside can serve a call: it knows every
 * specification, and the batch has the rows that it needs.
 */
export function servesPlacements({ inputs, attributes }: KernelCall<typeof scanOp>): boolean {
  const { cell, normalize, mode, lengths } = attributes;
  const [, rows] = inputs.projected.shape;
  return insidePlacements.every((name) => {
    const spec = normalize[name];
    if (spec === undefined || spec.kind === 'none') return true;
    if (inputs[`${name}Gain`] === undefined) return false;
    if (name === 'cell' && cell !== 'lstm') return false;
    if (name === 'preActivation' && cell === 'gru') return false;
    if (spec.kind === 'layer') return true;
    if (spec.kind !== 'batch') return false;
    // Without padding every step has the whole batch, and none falls back on running statistics.
    const needsStored = mode === 'stored' || lengths !== undefined;
    if (needsStored && inputs[`${name}Mean`] === undefined) return false;
    return mode === 'stored' || (spec.over === 'frame' && rows >= 2);
  });
}
