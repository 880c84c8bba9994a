import {
  gateCounts,
  insidePlacements,
  type InsidePlacement,
  type KernelCall,
  type scanOp,
} from '@bnrnn/tensor-backend';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { SharedMemoryBackend } from '../backend/sharedMemoryBackend';
import { kinds, type Placement } from '../programs/placement';

type Call = KernelCall<typeof scanOp>;
type Attributes = Call['attributes'];
type Part = 'Gain' | 'Shift' | 'Mean' | 'Variance';

/** The tensors of the placements: those that are there by name. */
type PlacementTensors = Pick<Call['inputs'], `${InsidePlacement}${Part}`>;

interface PlacementShape {
  readonly name: InsidePlacement;
  readonly kind: keyof typeof kinds;
  readonly epsilon: number;
  /** 1 for the rule `double`, or the groups of layer normalization. */
  readonly detail: number;
  readonly features: number;
  /** Where its features begin in the moments of a step. */
  readonly column: number;
}

/** The placements in the op's order. */
export interface Placements {
  readonly list: readonly PlacementShape[];
  /** Features of all batch-normalized placements together. */
  readonly width: number;
}

export function readPlacements({ cell, normalize }: Attributes, units: number): Placements {
  let width = 0;
  const list = insidePlacements.map((name): PlacementShape => {
    const { kind, epsilon = 0, groups = 1, epsilonRule } = normalize[name] ?? { kind: 'none' };
    const features = name === 'cell' ? units : gateCounts[cell] * units;
    const shape = { name, features, column: width, epsilon };
    if (kind === 'none') return { ...shape, kind, detail: 0 };
    if (kind === 'layer') return { ...shape, kind, detail: groups };
    width += features;
    return { ...shape, kind: 'batch', detail: Number(epsilonRule === 'double') };
  });
  return { list, width };
}

type PlacementGradients = Pick<Placement, 'dGain' | 'dShift' | 'partial'>;

/** What the programs are given of each placement; no `gradients` for the forward pass. */
export function placementArguments(
  backend: SharedMemoryBackend,
  tensors: PlacementTensors,
  { list }: Placements,
  raw: readonly TensorInfo[],
  gradients?: Record<InsidePlacement, PlacementGradients>,
): Record<InsidePlacement, Placement> {
  const placements = list.map(({ name, kind, epsilon, detail, features, column }, k) => {
    const placement: Placement = {
      ...{ kind: kinds[kind], epsilon, detail, features, column },
      ...backend.offsets({
        gain: tensors[`${name}Gain`],
        shift: tensors[`${name}Shift`],
        storedMean: tensors[`${name}Mean`],
        storedVariance: tensors[`${name}Variance`],
        raw: raw[k],
      }),
      storedRows: tensors[`${name}Mean`]?.shape[0] ?? 0,
      ...(gradients?.[name] ?? { dGain: 0, dShift: 0, partial: 0 }),
    };
    return [name, placement];
  });
  return Object.fromEntries(placements) as Record<InsidePlacement, Placement>;
}

type GradientName = `${InsidePlacement}${'Gain' | 'Shift'}`;

/** The gradients of gains and shifts, by the names of the inputs and as a program's arguments. */
export function placementGradients(
  backend: SharedMemoryBackend,
  given: { readonly [Name in GradientName]?: boolean | undefined },
  { list }: Placements,
) {
  const byName = {} as Record<GradientName, TensorInfo | undefined>;
  const scratch: TensorInfo[] = [];
  const offsets = list.map(({ name, kind, features }): [InsidePlacement, PlacementGradients] => {
    const make = (part: 'Gain' | 'Shift') =>
      kind !== 'none' && given[`${name}${part}`] ? backend.allocate([features]) : undefined;
    const [dGain, dShift] = [make('Gain'), make('Shift')];
    const partial =
      kind !== 'none' ? backend.allocate([backend.pool.threads, 2, features]) : undefined;
    if (partial !== undefined) scratch.push(partial);
    byName[`${name}Gain`] = dGain;
    byName[`${name}Shift`] = dShift;
    return [name, backend.offsets({ dGain, dShift, partial })];
  });
  const own = Object.fromEntries(offsets) as Record<InsidePlacement, PlacementGradients>;
  return { byName, offsets: own, scratch };
}
