import { expectShape, UsageError } from '@bnrnn/core';
import type { Statistics } from '@bnrnn/normalization';
import type { PlacedNormalizer } from '../layers/layer';

/** The running statistics that a model holds. */
export interface ModelStatistics {
  current(): ReadonlyMap<string, Statistics>;
  /** Takes ownership of `next` and disposes what it replaces, save what both hold. */
  replace(next: ReadonlyMap<string, Statistics>): void;
  dispose(): void;
}

/** Statistics at their start, one entry for each normalizer that keeps any. */
export function modelStatistics(placed: ReadonlyMap<string, PlacedNormalizer>): ModelStatistics {
  let current: ReadonlyMap<string, Statistics> = new Map(
    [...placed].map(([path, { normalizer, features }]) => [path, normalizer.statistics(features)]),
  );

  const release = (kept: ReadonlySet<unknown>): void => {
    for (const { mean, variance } of current.values()) {
      if (!kept.has(mean)) mean.dispose();
      if (!kept.has(variance)) variance.dispose();
    }
  };

  return {
    current: () => current,
    replace(next) {
      expectSamePaths(placed, next);
      release(new Set([...next.values()].flatMap(({ mean, variance }) => [mean, variance])));
      current = new Map(next);
    },
    dispose() {
      release(new Set());
      current = new Map();
    },
  };
}

function expectSamePaths(
  placed: ReadonlyMap<string, PlacedNormalizer>,
  next: ReadonlyMap<string, Statistics>,
): void {
  const wanted = [...placed.keys()];
  const same = next.size === wanted.length && wanted.every((path) => next.has(path));
  if (!same) {
    throw new UsageError(
      `setStatistics: statistics of ${list([...next.keys()])} came, expected those of ${list(wanted)}.`,
    );
  }
  for (const [path, { features }] of placed) {
    const { mean, variance } = next.get(path) as Statistics;
    expectShape('setStatistics', `${path} mean`, mean, { rows: null, features });
    expectShape('setStatistics', `${path} variance`, variance, { rows: mean.shape[0], features });
  }
}

function list(paths: readonly string[]): string {
  return paths.length === 0 ? 'no normalizer' : paths.join(', ');
}
