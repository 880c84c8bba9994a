import type { Lengths } from '@bnrnn/core';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { SharedMemoryBackend } from '../backend/sharedMemoryBackend';
import { kinds, type Placement } from '../programs/placement';
import { optionalOffset } from './kernel';

/** A normalizer's specification as the contract of `normalizedScan` carries it. */
type Spec =
  | { kind: 'none' }
  | { kind: 'layer'; groups: number; epsilon: number }
  | { kind: 'batch'; over: string; epsilon: number; epsilonRule: 'variance' | 'double' };

const names = ['hiddenToHidden', 'preActivation', 'cell'] as const;
type Name = (typeof names)[number];

/** The attributes of `normalizedScan`, with the flags of its optional inputs. */
export interface ScanAttributes {
  cell: 'lstm' | 'rnn' | 'gru';
  activation: 'tanh' | 'relu';
  normalize: Partial<Record<Name, Spec>>;
  mode: 'batch' | 'stored';
  reverse: boolean;
  firstStep: number;
  lengths: Lengths | undefined;
  [flag: `has${string}`]: boolean | undefined;
}

interface PlacementShape {
  name: Name;
  kind: Spec['kind'];
  epsilon: number;
  /** 1 for the rule `double`, or the groups of layer normalization. */
  detail: number;
  features: number;
  /** Where its features begin in the moments of a step. */
  column: number;
}

/** Gates by cell: h·U is as many times as wide as h. */
export const gateCounts = { lstm: 4, gru: 3, rnn: 1 } as const;

/** The placements in the contract's order. */
export interface Placements {
  list: readonly PlacementShape[];
  /** Features of all batch-normalized placements together. */
  width: number;
}

const flag = (name: Name, part: string) =>
  `has${name.charAt(0).toUpperCase()}${name.slice(1)}${part}` as const;

/** Whether the kernel knows every specification, and the batch has the rows that it needs. */
export function servesPlacements(attributes: ScanAttributes, rows: number): boolean {
  return names.every((name) => {
    const spec = attributes.normalize[name];
    if (spec === undefined || spec.kind === 'none') return true;
    if (attributes[flag(name, 'Gain')] !== true) return false;
    if (name === 'cell' && attributes.cell !== 'lstm') return false;
    if (name === 'preActivation' && attributes.cell === 'gru') return false;
    if (spec.kind === 'layer') return true;
    if ((spec.kind as string) !== 'batch') return false;
    // Without padding every step has the whole batch, and none falls back on running statistics.
    const needsStored = attributes.mode === 'stored' || attributes.lengths !== undefined;
    if (needsStored && attributes[flag(name, 'Mean')] !== true) return false;
    return attributes.mode === 'stored' || (spec.over === 'frame' && rows >= 2);
  });
}

export function readPlacements({ cell, normalize }: ScanAttributes, units: number): Placements {
  let width = 0;
  const list = names.map((name): PlacementShape => {
    const spec = normalize[name] ?? { kind: 'none' };
    const features = name === 'cell' ? units : gateCounts[cell] * units;
    const shape = { name, features, column: width };
    if (spec.kind === 'none') return { ...shape, kind: 'none', epsilon: 0, detail: 0 };
    const { kind, epsilon } = spec;
    if (spec.kind === 'layer') return { ...shape, kind, epsilon, detail: spec.groups };
    width += features;
    return { ...shape, kind, epsilon, detail: Number(spec.epsilonRule === 'double') };
  });
  return { list, width };
}

type PlacementGradients = Pick<Placement, 'dGain' | 'dShift' | 'partial'>;

/** What the programs are given of each placement; no `gradients` for the forward pass. */
export function placementArguments(
  backend: SharedMemoryBackend,
  inputs: Record<string, TensorInfo>,
  attributes: ScanAttributes,
  { list }: Placements,
  raw: readonly TensorInfo[],
  gradients?: Record<Name, PlacementGradients>,
): Record<Name, Placement> {
  const placements = list.map(({ name, kind, epsilon, detail, features, column }, k) => {
    const offset = (part: string) =>
      optionalOffset(backend, inputs[`${name}${part}`], attributes[flag(name, part)]);
    const placement: Placement = {
      ...{ kind: kinds[kind], epsilon, detail, features, column },
      gain: offset('Gain'),
      shift: offset('Shift'),
      storedMean: offset('Mean'),
      storedVariance: offset('Variance'),
      storedRows: inputs[`${name}Mean`]?.shape[0] ?? 0,
      raw: optionalOffset(backend, raw[k]),
      ...(gradients?.[name] ?? { dGain: 0, dShift: 0, partial: 0 }),
    };
    return [name, placement];
  });
  return Object.fromEntries(placements) as Record<Name, Placement>;
}

/** The gradients of gains and shifts, by the names of the inputs and as a program's arguments. */
export function placementGradients(
  backend: SharedMemoryBackend,
  attributes: ScanAttributes,
  { list }: Placements,
) {
  const byName: Record<string, TensorInfo | undefined> = {};
  const scratch: TensorInfo[] = [];
  const offsets = list.map(({ name, kind, features }): [Name, PlacementGradients] => {
    const make = (part: string) =>
      kind !== 'none' && attributes[flag(name, part)] === true
        ? backend.allocate([features])
        : undefined;
    const [gain, shift] = [make('Gain'), make('Shift')];
    const partial =
      kind !== 'none' ? backend.allocate([backend.pool.threads, 2, features]) : undefined;
    if (partial !== undefined) scratch.push(partial);
    Object.assign(byName, {
      [`${name}Gain`]: gain,
      [`${name}Shift`]: shift,
      [`${name}Mean`]: undefined,
      [`${name}Variance`]: undefined,
    });
    const dGain = optionalOffset(backend, gain);
    const dShift = optionalOffset(backend, shift);
    return [name, { dGain, dShift, partial: optionalOffset(backend, partial) }];
  });
  const own = Object.fromEntries(offsets) as Record<Name, PlacementGradients>;
  return { byName, offsets: own, scratch };
}
