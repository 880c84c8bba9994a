import { ShapeError, UsageError } from '@bnrnn/core';
import type { NamedTensors, Normalizer } from '@bnrnn/normalization';
import { dispose, type Tensor, type Tensor2D, type Variable } from '@tensorflow/tfjs-core';
import type { PlacedNormalizer } from '../layers/layer';
import { expectPlainName } from '../layers/placedNormalizers';

/** The running statistics that a model holds. */
export interface ModelStatistics {
  current(): ReadonlyMap<string, NamedTensors>;
  /** Takes ownership of `next` and disposes what it replaces, save what both hold. */
  replace(next: ReadonlyMap<string, NamedTensors>): void;
  dispose(): void;
}

/**
 * Statistics at their start, one entry for each normalizer that keeps any.
 *
 * @param parameters  of the model at its start, by path.
 */
export function modelStatistics(
  placed: ReadonlyMap<string, PlacedNormalizer>,
  parameters: ReadonlyMap<string, Variable>,
): ModelStatistics {
  const start = new Map<string, NamedTensors>();
  for (const [path, { normalizer, features, weights: of }] of placed) {
    const weights = of === undefined ? undefined : (parameters.get(of) as Tensor2D | undefined);
    const { parameters: trained, statistics } = normalizer.init(features, {
      shift: false,
      weights,
    });
    dispose(trained);
    if (Object.keys(statistics).length === 0) continue;
    expectStatistics(normalizer, statistics);
    start.set(path, statistics);
  }
  let current: ReadonlyMap<string, NamedTensors> = start;

  const release = (kept: ReadonlySet<Tensor>): void => {
    for (const tensor of [...current.values()].flatMap((each) => Object.values(each))) {
      if (!kept.has(tensor)) tensor.dispose();
    }
  };

  return {
    current: () => current,
    replace(next) {
      expectSame('', [...current.keys()], [...next.keys()]);
      for (const [path, statistics] of current) expectSameTensors(path, statistics, next.get(path));
      release(new Set([...next.values()].flatMap((each) => Object.values(each))));
      current = new Map(next);
    },
    dispose() {
      release(new Set());
      current = new Map();
    },
  };
}

function expectStatistics(normalizer: Normalizer, statistics: NamedTensors): void {
  for (const name of Object.keys(statistics)) expectPlainName(normalizer, name);
  if (normalizer.fold !== undefined) return;
  throw new UsageError(
    `The normalization strategy "${normalizer.spec.kind}" keeps statistics and has no fold.`,
    { hint: 'fold(statistics, measured, counts) gives them after a mini-batch, as new tensors.' },
  );
}

function expectSameTensors(path: string, kept: NamedTensors, next: NamedTensors = {}): void {
  expectSame(`${path}: `, Object.keys(kept), Object.keys(next));
  for (const [name, { shape }] of Object.entries(kept)) {
    const found = (next[name] as Tensor).shape;
    if (found.length === shape.length && found.slice(1).join() === shape.slice(1).join()) continue;
    throw new ShapeError(
      `setStatistics: ${path} ${name} is [${found.join(', ')}], expected [${['rows', ...shape.slice(1)].join(', ')}].`,
    );
  }
}

function expectSame(where: string, wanted: readonly string[], found: readonly string[]): void {
  if (found.length === wanted.length && wanted.every((name) => found.includes(name))) return;
  throw new UsageError(
    `setStatistics: ${where}statistics of ${list(found)} came, expected those of ${list(wanted)}.`,
  );
}

function list(names: readonly string[]): string {
  return names.length === 0 ? 'nothing' : names.join(', ');
}
