import { rowsOfEachStep } from '@bnrnn/core';
import { insidePlacements, type InsidePlacement } from '@bnrnn/tensor-backend';
import { util, type TensorInfo } from '@tensorflow/tfjs-core';
import { featuresAt, kindsOf, type ScanCall, type ScanForm } from './form';
import { letters, type PlacementNumbers, type ScanNumbers } from './numbers';

/** The parts of a tensor that several arrays share: where each begins, in elements. */
class Parts {
  size = 0;

  add(size: number): number {
    const start = this.size;
    this.size += size;
    return start;
  }
}

/** A tensor that lies in `parameters`. */
interface Placed {
  readonly tensor: TensorInfo;
  readonly at: number;
}

/** Names of what the parameters' gradients are of. */
export type ParameterName = 'recurrentBias' | 'peepholes' | `${InsidePlacement}${'Gain' | 'Shift'}`;

/** Where everything of a scan lies. Few buffers may be bound at once: several arrays share one. */
export interface ScanLayout {
  readonly form: ScanForm;
  readonly time: number;
  readonly batch: number;
  readonly units: number;
  readonly reverse: boolean;
  /** Features of all batch-normalized placements, 0 where none takes moments. */
  readonly width: number;
  readonly byRow: boolean;
  readonly groups: readonly [number, number?];
  /** Rows of workgroups, each with a part of the parameters' gradients of its own. */
  readonly parts: number;
  readonly parameters: readonly Placed[];
  readonly parametersSize: number;
  readonly workSize: number;
  readonly backSize: number;
  /** Where the moments of all steps begin in `work`: means, then variances. */
  readonly moments: number;
  /** Where a parameter's gradient begins in its part. */
  readonly gradients: ReadonlyMap<ParameterName, { readonly at: number; readonly shape: number[] }>;
  readonly numbers: Omit<
    ScanNumbers,
    'step' | 'last' | 'after' | 'before' | 'real' | 'isFew' | 'mean' | 'variance' | 'hasLengths'
  >;
  /** Rows of the stored statistics. */
  readonly storedRows: Readonly<Record<InsidePlacement, number>>;
  readonly firstStep: number;
  /** Real rows of each step of time. */
  readonly realRows: Int32Array;
}

type Tensors = Omit<ScanCall['inputs'], 'projected'>;

export function layOut(
  form: ScanForm,
  { time, batch, units }: { readonly time: number; readonly batch: number; readonly units: number },
  tensors: Tensors,
  { normalize, reverse, firstStep, lengths }: ScanCall['attributes'],
): ScanLayout {
  const kinds = kindsOf(form);
  const byRow = kinds.includes('layer');
  const count = batch * units;
  const columns = form.gates * units;
  const work = new Parts();
  work.add((time + 1) * count);
  const cells = form.cell === 'rnn' ? 0 : work.add((time + 1) * count);
  const gates = work.add(time * batch * columns);
  const terms = form.kinds.hiddenToHidden === 'none' ? gates : work.add(time * batch * columns);
  const sums = form.kinds.preActivation === 'none' ? 0 : work.add(time * batch * columns);
  const back = new Parts();
  back.add(count);
  const dCell = form.cell === 'lstm' ? back.add(count) : 0;
  const dNormal = form.kinds.cell === 'none' ? 0 : back.add(2 * count);

  const parameters = new Parts();
  const placed: Placed[] = [];
  const place = (tensor: TensorInfo | undefined): number => {
    if (tensor === undefined) return 0;
    const at = parameters.add(util.sizeFromShape(tensor.shape));
    placed.push({ tensor, at });
    return at;
  };
  const part = new Parts();
  const gradients = new Map<ParameterName, { at: number; shape: number[] }>();
  const gradientOf = (name: ParameterName, shape: number[], isThere: boolean): number => {
    if (!isThere) return 0;
    const at = part.add(util.sizeFromShape(shape));
    gradients.set(name, { at, shape });
    return at;
  };

  const { recurrentBias, peepholes } = tensors;
  const hasBias = recurrentBias !== undefined;
  const hasPeepholes = peepholes !== undefined;
  const own = {
    bias: place(recurrentBias),
    peepholes: place(peepholes),
    dBias: gradientOf('recurrentBias', [columns], hasBias),
    dPeepholes: gradientOf('peepholes', [3, units], hasPeepholes),
  };
  let width = 0;
  const storedRows: Record<InsidePlacement, number> = {
    hiddenToHidden: 0,
    preActivation: 0,
    cell: 0,
  };
  const numbersAt = (name: InsidePlacement): PlacementNumbers => {
    const kind = form.kinds[name];
    const { epsilon = 0, groups = 1, epsilonRule } = normalize[name] ?? {};
    const [gain, shift] = [tensors[`${name}Gain`], tensors[`${name}Shift`]];
    const [mean, variance] = [tensors[`${name}Mean`], tensors[`${name}Variance`]];
    const is = kind !== 'none';
    const features = featuresAt(form, name, units);
    const Column = width;
    if (kind === 'batch') width += features;
    storedRows[name] = mean?.shape[0] ?? 0;
    return {
      ...{ Gain: is ? place(gain) : 0, Shift: is ? place(shift) : 0 },
      ...{ Mean: is ? place(mean) : 0, Variance: is ? place(variance) : 0 },
      HasShift: Number(is && shift !== undefined),
      Epsilon: epsilon,
      Detail: kind === 'layer' ? groups : Number(epsilonRule === 'double'),
      Column,
      DGain: gradientOf(`${name}Gain`, [features], is),
      DShift: gradientOf(`${name}Shift`, [features], is && shift !== undefined),
    };
  };
  const perPlacement = Object.fromEntries(
    insidePlacements.flatMap((name) =>
      Object.entries(numbersAt(name)).map(([key, value]) => [`${letters[name]}${key}`, value]),
    ),
  ) as PlacementScanNumbers;
  const moments = work.add(2 * time * width);

  // Moments of the rows need all of them in one workgroup.
  const rows = width > 0 ? batch : 16;
  const across = Math.ceil(units / 16);
  const groups = byRow ? ([batch] as const) : ([across, Math.ceil(batch / rows)] as const);
  const parts = byRow ? batch : Math.ceil(batch / rows);
  const partsAt = back.add(parts * part.size);
  return {
    ...{ form, time, batch, units, reverse, width, byRow, groups, parts, moments, gradients },
    ...{ parameters: placed, parametersSize: parameters.size, workSize: work.size },
    ...{ backSize: back.size, storedRows, firstStep },
    realRows: rowsOfEachStep({ time, batch }, lengths),
    numbers: {
      ...{ time, batch, units, rows, cells, gates, terms, sums, dCell, dNormal },
      ...{ parts: partsAt, partSize: part.size, ...own, ...perPlacement },
      ...{ hasBias: Number(hasBias), hasPeepholes: Number(hasPeepholes) },
    },
  };
}

type PlacementScanNumbers = Pick<ScanNumbers, `${'h' | 's' | 'c'}${keyof PlacementNumbers}`>;

/** The numbers of each step in the order of the scan. */
export function stepNumbers(layout: ScanLayout, hasLengths: boolean): ScanNumbers[] {
  const { time, reverse, width, moments, storedRows, firstStep, numbers, form, units } = layout;
  return Array.from({ length: time }, (_, s) => {
    const step = reverse ? time - 1 - s : s;
    const real = layout.realRows[step] ?? 0;
    const storedAt = (name: InsidePlacement): number =>
      Math.max(0, Math.min(firstStep + s, storedRows[name] - 1)) * featuresAt(form, name, units);
    const [h, sum, cell] = insidePlacements.map(storedAt) as [number, number, number];
    return {
      ...numbers,
      ...{ hMean: numbers.hMean + h, hVariance: numbers.hVariance + h },
      ...{ sMean: numbers.sMean + sum, sVariance: numbers.sVariance + sum },
      ...{ cMean: numbers.cMean + cell, cVariance: numbers.cVariance + cell },
      ...{ step, last: time, real, isFew: Number(real < 2), hasLengths: Number(hasLengths) },
      ...{ before: reverse ? step + 1 : step, after: reverse ? step : step + 1 },
      ...{ mean: moments + s * width, variance: moments + (time + s) * width },
    };
  });
}

/** The numbers of each step of the gradient: the last is for no step, see `backwardByUnit`. */
export function gradientNumbers(layout: ScanLayout, hasLengths: boolean): ScanNumbers[] {
  const order = stepNumbers(layout, hasLengths).reverse();
  const [first] = order;
  if (first === undefined) return [];
  const { time } = layout;
  return [...order, { ...first, step: time, before: 0, after: 0 }].map((numbers, i) => ({
    ...numbers,
    last: order[i - 1]?.step ?? time,
  }));
}
