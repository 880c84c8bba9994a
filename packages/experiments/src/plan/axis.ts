import { randomStream, UsageError } from '@bnrnn/core';
import {
  expectSettingPath,
  overrideReader,
  readOverride,
  type Override,
} from '../settings/readSetting';
import { settingDefinitions, type SettingPath } from '../settings/settingDefinitions';

/** One setting of a sweep and the values that it takes. */
export type Axis = { readonly path: SettingPath } & (
  | { readonly kind: 'values'; readonly values: readonly Override[] }
  | { readonly kind: 'range'; readonly scale: Scale; readonly from: number; readonly to: number }
);

type Scale = 'log' | 'uniform';

/** Digits that a drawn number keeps, so that a reader can write it again. */
const digits = 3;

/**
 * Reads `path=a,b,c`, `path=log(from,to)` or `path=uniform(from,to)`. A setting whose value is a text
 * takes one value, which may hold commas.
 *
 * @param ownKinds  strategies of the user's own, which a placement may take too.
 * @throws UsageError for an unknown path, a value out of bounds, or a range that is none.
 */
export function readAxis(assignment: string, ownKinds: readonly string[] = []): Axis {
  const equals = assignment.indexOf('=');
  if (equals < 1) {
    throw new UsageError(`--set is "${assignment}", expected path=a,b,c.`, {
      hint: 'For example --set optimizer.learningRate=0.5,1,2 or =log(0.0001,1).',
    });
  }
  const path = expectSettingPath(assignment.slice(0, equals).trim());
  const written = assignment.slice(equals + 1).trim();
  const range = /^(log|uniform)\(([^,]+),([^,]+)\)$/.exec(written);
  if (range !== null) return rangeOf(path, range);
  const isText = settingDefinitions[path].kind === 'text';
  const values = isText ? [written] : written.split(',');
  const read = overrideReader(ownKinds);
  return { path, kind: 'values', values: values.map((value) => read(`${path}=${value}`)) };
}

function rangeOf(path: SettingPath, [, scale, ...ends]: RegExpExecArray): Axis {
  if (settingDefinitions[path].kind !== 'number') {
    throw new UsageError(`--set ${path} has a range, expected values: it is no number.`);
  }
  const [from, to] = ends.map((end) => readOverride(`${path}=${end}`).value as number) as [
    number,
    number,
  ];
  if (from >= to || (scale === 'log' && from <= 0)) {
    throw new UsageError(
      `--set ${path}=${scale}(${from},${to}) is no range, expected two rising numbers${scale === 'log' ? ' above 0' : ''}.`,
    );
  }
  return { path, kind: 'range', scale: scale as Scale, from, to };
}

/**
 * Every combination of the axes' values, the last axis fastest.
 *
 * @throws UsageError where an axis is a range, which has no end of values.
 */
export function gridOf(axes: readonly Axis[]): Override[][] {
  return axes.reduce<Override[][]>(
    (points, axis) => {
      if (axis.kind === 'range') {
        throw new UsageError(`--set ${axis.path} is a range, and a grid needs values.`, {
          hint: 'Name the values, or say how many points are drawn: --draws 20.',
        });
      }
      return points.flatMap((point) => axis.values.map((value) => [...point, value]));
    },
    [[]],
  );
}

/**
 * Points of a random search: each axis drawn by itself, values with equal chance, a range uniformly on
 * its scale, three digits kept.
 *
 * @param count  points; the first ones stay the same where more are asked for.
 */
export function drawPoints(axes: readonly Axis[], count: number, seed: number): Override[][] {
  const drawn = axes.map((axis) => {
    const shares = randomStream(`sweep ${axis.path}`, seed).uniform(count, 0, 1);
    return [...shares].map((share) => drawnValue(axis, share));
  });
  return Array.from({ length: count }, (_, point) =>
    drawn.map((values) => values[point] as Override),
  );
}

function drawnValue(axis: Axis, share: number): Override {
  if (axis.kind === 'values') {
    return axis.values[Math.floor(share * axis.values.length)] as Override;
  }
  const { path, scale, from, to } = axis;
  const value = scale === 'log' ? from * (to / from) ** share : from + (to - from) * share;
  return readOverride(`${path}=${Number(value.toPrecision(digits))}`);
}
