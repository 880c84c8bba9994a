import type { Moments } from '@bnrnn/normalization';
import { split, type Tensor1D, type Tensor2D } from '@tensorflow/tfjs-core';
import type { NormalizedScanResult } from '../scan/normalizedScan';
import { featuresOf, type RecurrentSpec } from './cellParameters';
import { weightsAt } from './contextLookup';
import type { LayerContext } from './layer';
import { insidePlacements, type InsidePlacement } from './layerSpec';
import type { PlacementNormalizers } from './placedNormalizers';

type InsideInputs = Partial<
  Record<`${InsidePlacement}${'Gain' | 'Shift'}`, Tensor1D> &
    Record<`${InsidePlacement}${'Mean' | 'Variance'}`, Tensor2D>
>;

/** Gains, shifts and statistics of the normalizers inside, by the names of the scan's inputs. */
export function insideInputs(normalize: PlacementNormalizers, context: LayerContext): InsideInputs {
  const inputs: InsideInputs = {};
  for (const placement of insidePlacements) {
    if (normalize[placement] === undefined) continue;
    const path = `${context.path}.${placement}`;
    const { gain, shift } = weightsAt(path, context);
    const statistics = context.statistics.get(path);
    if (gain !== undefined) inputs[`${placement}Gain`] = gain as Tensor1D;
    if (shift !== undefined) inputs[`${placement}Shift`] = shift as Tensor1D;
    if (statistics === undefined) continue;
    inputs[`${placement}Mean`] = statistics.mean;
    inputs[`${placement}Variance`] = statistics.variance;
  }
  return inputs;
}

/** Splits a scan's moments, which stand side by side, by the paths of their normalizers. */
export function insideMoments(
  { mean, variance, rows }: NormalizedScanResult,
  spec: RecurrentSpec,
  normalize: PlacementNormalizers,
  { path }: LayerContext,
): Record<string, Moments> {
  if (mean.size === 0) return {};
  const measured = insidePlacements.filter(
    (placement) => normalize[placement]?.spec.kind === 'batch',
  );
  const widths = measured.map((placement) => featuresOf(placement, spec));
  const means = split(mean, widths, 1);
  const variances = split(variance, widths, 1);
  return Object.fromEntries(
    measured.map((placement, k) => [
      `${path}.${placement}`,
      {
        mean: means[k] as Tensor2D,
        variance: variances[k] as Tensor2D,
        rows,
      },
    ]),
  );
}
