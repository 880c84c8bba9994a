import { scanOp, type GradientCall, type InsidePlacement } from '@bnrnn/tensor-backend';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { clearNumbers, copyNumbers } from '../../gpu/copies';
import type { GpuBackend } from '../../gpu/gpuBackend';
import { run } from '../../gpu/program';
import { opKernel, uploadLengths } from '../kernel';
import { multiply, rowsOf, transposed } from '../multiply';
import { sumRows } from '../sumRows';
import { backwardByRow, forwardByRow } from './byRow';
import { backwardByUnit } from './backwardByUnit';
import { formOf, servesForm, type ScanCall, type ScanForm } from './form';
import { forwardByUnit } from './forwardByUnit';
import {
  gradientNumbers,
  layOut,
  stepNumbers,
  type ParameterName,
  type ScanLayout,
} from './layout';

interface Programs {
  readonly forward: ReturnType<typeof forwardByUnit>;
  readonly backward: ReturnType<typeof backwardByUnit>;
}

const programs = new Map<string, Programs>();

/** The programs of a form; a device compiles each once. */
function programsOf(form: ScanForm, byRow: boolean): Programs {
  const key = JSON.stringify(form);
  let known = programs.get(key);
  if (known === undefined) {
    known = byRow
      ? { forward: forwardByRow(form), backward: backwardByRow(form) }
      : { forward: forwardByUnit(form), backward: backwardByUnit(form) };
    programs.set(key, known);
  }
  return known;
}

/** Where everything lies in the residuals of a scan, by the output that holds them. */
const layouts = new WeakMap<object, ScanLayout>();

/** A part of `from` as a tensor of its own. */
function partOf(backend: GpuBackend, from: TensorInfo, start: number, shape: number[]): TensorInfo {
  const part = backend.allocate(shape);
  copyNumbers(backend, from, start, part, 0);
  return part;
}

/** Runs a scan; `hidden` holds what its gradient reads. */
export function runScan(backend: GpuBackend, { inputs, attributes }: ScanCall) {
  const { projected, recurrent, hidden0, cell0 } = inputs;
  const [time, batch] = projected.shape;
  const [units] = recurrent.shape;
  const form = formOf(attributes);
  const layout = layOut(form, { time, batch, units }, inputs, attributes);
  const { reverse, cells, width, moments } = { ...layout, ...layout.numbers };
  const count = batch * units;
  const work = backend.allocate([layout.workSize]);
  const parameters = backend.allocate([Math.max(1, layout.parametersSize)]);
  const hidden = backend.allocate([time, batch, units]);
  const lengths = uploadLengths(backend, attributes.lengths);
  for (const { tensor, at } of layout.parameters) copyNumbers(backend, tensor, 0, parameters, at);
  const initial = reverse ? time * count : 0;
  copyNumbers(backend, hidden0, 0, work, initial);
  const hasCell = form.cell === 'lstm' && cell0 !== undefined;
  if (hasCell) copyNumbers(backend, cell0, 0, work, cells + initial);
  run(backend, programsOf(form, layout.byRow).forward, {
    reads: { projected, recurrent, parameters, lengths },
    writes: { work, hidden },
    steps: stepNumbers(layout, lengths !== undefined),
    groups: layout.groups,
  });
  const last = reverse ? 0 : time * count;
  const state = (start: number) => partOf(backend, work, start, [batch, units]);
  const momentsFrom = (start: number) =>
    width > 0 ? partOf(backend, work, start, [time, width]) : backend.allocate([0, 0]);
  const outputs = {
    hidden,
    finalHidden: state(last),
    finalCell: hasCell ? state(cells + last) : backend.allocate([0, 0]),
    mean: momentsFrom(moments),
    variance: momentsFrom(moments + time * width),
  };
  backend.free(lengths);
  layouts.set(hidden.dataId, layout);
  backend.keepResiduals(hidden, [work, parameters]);
  return outputs;
}

/** What the gradient of a scan is called with. */
interface ScanGradientCall {
  readonly dys: Pick<WholeCall['dys'], 'hidden' | 'finalHidden' | 'finalCell'>;
  readonly saved: WholeCall['saved'];
  readonly attributes: Pick<WholeCall['attributes'], 'lengths'>;
}

type WholeCall = GradientCall<typeof scanOp, 'recurrent' | 'hidden'>;

export function scanGradient(
  backend: GpuBackend,
  { dys, saved: { recurrent, hidden }, attributes }: ScanGradientCall,
) {
  const layout = layouts.get(hidden.dataId) as ScanLayout;
  const [work, parameters] = backend.takeResiduals(hidden) as [TensorInfo, TensorInfo];
  const { form, time, batch, units, reverse, numbers } = layout;
  const count = batch * units;
  const columns = form.gates * units;
  const back = backend.allocate([layout.backSize]);
  const dProjected = backend.allocate([time, batch, columns]);
  const lengths = uploadLengths(backend, attributes.lengths);
  copyNumbers(backend, dys.finalHidden, 0, back, 0);
  if (form.cell === 'lstm') copyNumbers(backend, dys.finalCell, 0, back, numbers.dCell);
  clearNumbers(backend, back, numbers.parts, layout.parts * numbers.partSize);
  run(backend, programsOf(form, layout.byRow).backward, {
    reads: { recurrent, parameters, lengths, dHidden: dys.hidden },
    writes: { work, dProjected, back },
    steps: gradientNumbers(layout, lengths !== undefined),
    groups: layout.groups,
  });
  const dRecurrent = backend.allocate([units, columns]);
  multiply(
    backend,
    { rows: units, inner: time * batch, columns },
    transposed(rowsOf(work, units, reverse ? count : 0)),
    rowsOf(work, columns, numbers.terms),
    { tensor: dRecurrent },
  );
  const byName = parameterGradients(backend, layout, back);
  const dHidden0 = partOf(backend, back, 0, [batch, units]);
  const dCell0 =
    form.cell === 'lstm' ? partOf(backend, back, numbers.dCell, [batch, units]) : undefined;
  backend.free(lengths, work, parameters, back);
  return {
    ...{ projected: dProjected, recurrent: dRecurrent, hidden0: dHidden0, cell0: dCell0 },
    ...byName,
  };
}

/** The gradients of bias, peepholes, gains and shifts: the sums of their parts. */
function parameterGradients(
  backend: GpuBackend,
  { numbers, parts, gradients }: ScanLayout,
  back: TensorInfo,
): Record<ParameterName, TensorInfo | undefined> {
  const { partSize } = numbers;
  const sums =
    gradients.size === 0
      ? undefined
      : sumRows(backend, back, parts, partSize, { start: numbers.parts });
  const gradientOf = (name: ParameterName): TensorInfo | undefined => {
    const place = gradients.get(name);
    return sums && place && partOf(backend, sums, place.at, place.shape);
  };
  const at = (name: InsidePlacement) => ({
    gain: gradientOf(`${name}Gain`),
    shift: gradientOf(`${name}Shift`),
  });
  const [term, sum, cell] = [at('hiddenToHidden'), at('preActivation'), at('cell')];
  const byName = {
    ...{ recurrentBias: gradientOf('recurrentBias'), peepholes: gradientOf('peepholes') },
    ...{ hiddenToHiddenGain: term.gain, hiddenToHiddenShift: term.shift },
    ...{ preActivationGain: sum.gain, preActivationShift: sum.shift },
    ...{ cellGain: cell.gain, cellShift: cell.shift },
  };
  backend.free(sums);
  return byName;
}

/**
 * A scan of a cell, plain or with batch or layer normalization inside the recurrence: one dispatch a step, in which a
 * workgroup has all that a normalizer needs; as many for the gradient.
 */
export const scan = opKernel(scanOp, {
  supports: servesForm,
  run: runScan,
  saves: ['recurrent', 'hidden'],
  gradient: scanGradient,
});
