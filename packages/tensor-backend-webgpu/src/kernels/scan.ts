import { scanOp } from '@bnrnn/tensor-backend';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { defineProgram, element, linear, run } from '../gpu/program';
import { copyOf } from './copy';
import { opKernel, uploadLengths } from './kernel';
import { multiply, rowsOf, transposed } from './multiply';
import { sumRows } from './sumRows';

/** Inputs beyond ±88 would make exp infinite. */
const functions = `
fn sigmoid(x: f32) -> f32 { return 1.0 / (1.0 + exp(-clamp(x, -88.0, 88.0))); }
fn bent(x: f32) -> f32 {
  let e = exp(-2.0 * min(abs(x), 44.0));
  return sign(x) * (1.0 - e) / (1.0 + e);
}`;

const numbers = {
  time: 'u32',
  batch: 'u32',
  units: 'u32',
  /** The step of time. */
  step: 'u32',
  /** The step of time that was taken before; `time` where there is none. */
  last: 'u32',
  /** Where among the states the step's own begins, and where the one before it lies. */
  after: 'u32',
  before: 'u32',
  hasBias: 'u32',
  hasPeepholes: 'u32',
  hasLengths: 'u32',
} as const;

/**
 * States are held at time + 1 places, cells behind them, so that what came before the steps of time lies together
 * in the order of time: places 0 to time − 1 of a scan forward, 1 to time of one in reverse.
 */
const place = defineProgram({
  name: 'lstmInitial',
  params: { count: 'u32', place: 'u32', cells: 'u32' },
  reads: { hidden0: 'f32', cell0: 'f32' },
  writes: { states: 'f32' },
  workgroup: [256],
  main: `${element}
  if (i >= p.count) { return; }
  states[p.place + i] = hidden0[i];
  states[p.cells + p.place + i] = cell0[i];`,
});

const finals = defineProgram({
  name: 'lstmFinal',
  params: { count: 'u32', place: 'u32', cells: 'u32' },
  reads: { states: 'f32' },
  writes: { finalHidden: 'f32', finalCell: 'f32' },
  workgroup: [256],
  main: `${element}
  if (i >= p.count) { return; }
  finalHidden[i] = states[p.place + i];
  finalCell[i] = states[p.cells + p.place + i];`,
});

/** One step of time: 16 rows by 16 units a workgroup, all four gates of a cell in one invocation. */
const forward = defineProgram({
  name: 'lstmStep',
  params: numbers,
  reads: { projected: 'f32', recurrent: 'f32', bias: 'f32', peepholes: 'f32', lengths: 'i32' },
  writes: { states: 'f32', gates: 'f32', hidden: 'f32' },
  workgroup: [16, 16],
  declarations: `${functions}
var<workgroup> h: array<array<f32, 17>, 16>;
var<workgroup> u: array<array<f32, 16>, 64>;`,
  main: `
  let unit = group.x * 16u + local.x;
  let row = group.y * 16u + local.y;
  let wide = 4u * p.units;
  let states0 = p.before * p.batch * p.units;
  var sums = vec4f(0.0);
  for (var k0 = 0u; k0 < p.units; k0 += 16u) {
    let k = k0 + local.x;
    var value = 0.0;
    if (row < p.batch && k < p.units) { value = states[states0 + row * p.units + k]; }
    h[local.y][local.x] = value;
    for (var g = 0u; g < 4u; g++) {
      value = 0.0;
      if (k0 + local.y < p.units && unit < p.units) {
        value = recurrent[(k0 + local.y) * wide + g * p.units + unit];
      }
      u[g * 16u + local.y][local.x] = value;
    }
    workgroupBarrier();
    for (var j = 0u; j < 16u; j++) {
      sums += h[local.y][j] * vec4f(u[j][local.x], u[16u + j][local.x], u[32u + j][local.x], u[48u + j][local.x]);
    }
    workgroupBarrier();
  }
  if (row >= p.batch || unit >= p.units) { return; }
  let cells = (p.time + 1u) * p.batch * p.units;
  let mine = row * p.units + unit;
  let at = p.step * p.batch * p.units + mine;
  let gate = (p.step * p.batch + row) * wide + unit;
  let cell = states[cells + states0 + mine];
  let after = p.after * p.batch * p.units + mine;
  if (p.hasLengths == 1u && i32(p.step) >= lengths[row]) {
    states[after] = states[states0 + mine];
    states[cells + after] = cell;
    hidden[at] = 0.0;
    for (var g = 0u; g < 4u; g++) { gates[gate + g * p.units] = 0.0; }
    return;
  }
  var x = sums;
  for (var g = 0u; g < 4u; g++) {
    x[g] += projected[gate + g * p.units];
    if (p.hasBias == 1u) { x[g] += bias[g * p.units + unit]; }
  }
  var peep = vec3f(0.0);
  if (p.hasPeepholes == 1u) {
    peep = vec3f(peepholes[unit], peepholes[p.units + unit], peepholes[2u * p.units + unit]);
  }
  let input = sigmoid(x[0] + peep[0] * cell);
  let forget = sigmoid(x[1] + peep[1] * cell);
  let candidate = bent(x[2]);
  let next = forget * cell + input * candidate;
  let output = sigmoid(x[3] + peep[2] * next);
  let value = output * bent(next);
  gates[gate] = input;
  gates[gate + p.units] = forget;
  gates[gate + 2u * p.units] = candidate;
  gates[gate + 3u * p.units] = output;
  states[after] = value;
  states[cells + after] = next;
  hidden[at] = value;`,
});

/**
 * The gradient of one step: first that of its new state, through the gates of the step taken after it, then that of
 * its own gates, which takes their place.
 */
const backward = defineProgram({
  name: 'lstmGradientStep',
  params: numbers,
  reads: { recurrent: 'f32', states: 'f32', peepholes: 'f32', lengths: 'i32', dHidden: 'f32' },
  writes: { gates: 'f32', dState: 'f32', dCell: 'f32' },
  workgroup: [16, 16],
  declarations: `${functions}
var<workgroup> d: array<array<f32, 17>, 16>;
var<workgroup> u: array<array<f32, 17>, 16>;`,
  main: `
  let unit = group.x * 16u + local.x;
  let row = group.y * 16u + local.y;
  let wide = 4u * p.units;
  var sum = 0.0;
  if (p.last < p.time) {
    let last0 = p.last * p.batch * wide;
    for (var k0 = 0u; k0 < wide; k0 += 16u) {
      let k = k0 + local.x;
      var value = 0.0;
      if (row < p.batch && k < wide) { value = gates[last0 + row * wide + k]; }
      d[local.y][local.x] = value;
      value = 0.0;
      let other = group.x * 16u + local.y;
      if (other < p.units && k < wide) { value = recurrent[other * wide + k]; }
      u[local.y][local.x] = value;
      workgroupBarrier();
      for (var j = 0u; j < 16u; j++) { sum += d[local.y][j] * u[local.x][j]; }
      workgroupBarrier();
    }
  }
  if (row >= p.batch || unit >= p.units) { return; }
  let mine = row * p.units + unit;
  // What a padded step carried on flows back past it.
  var carried = 0.0;
  let lastIsPadded = p.hasLengths == 1u && p.last < p.time && i32(p.last) >= lengths[row];
  if (p.last == p.time || lastIsPadded) { carried = dState[mine]; }
  sum += carried;
  if (p.step == p.time) { dState[mine] = sum; return; }
  if (p.hasLengths == 1u && i32(p.step) >= lengths[row]) { dState[mine] = sum; return; }
  let cells = (p.time + 1u) * p.batch * p.units;
  let gate = (p.step * p.batch + row) * wide + unit;
  let input = gates[gate];
  let forget = gates[gate + p.units];
  let candidate = gates[gate + 2u * p.units];
  let output = gates[gate + 3u * p.units];
  let cell = states[cells + p.before * p.batch * p.units + mine];
  let next = bent(states[cells + p.after * p.batch * p.units + mine]);
  let dh = sum + dHidden[p.step * p.batch * p.units + mine];
  let dOutput = dh * next * output * (1.0 - output);
  var peep = vec3f(0.0);
  if (p.hasPeepholes == 1u) {
    peep = vec3f(peepholes[unit], peepholes[p.units + unit], peepholes[2u * p.units + unit]);
  }
  let dNext = dCell[mine] + dh * output * (1.0 - next * next) + dOutput * peep[2];
  let dInput = dNext * candidate * input * (1.0 - input);
  let dForget = dNext * cell * forget * (1.0 - forget);
  gates[gate] = dInput;
  gates[gate + p.units] = dForget;
  gates[gate + 2u * p.units] = dNext * input * (1.0 - candidate * candidate);
  gates[gate + 3u * p.units] = dOutput;
  dCell[mine] = dNext * forget + dInput * peep[0] + dForget * peep[1];`,
});

/** The gradients of the peepholes: sums over all rows, one invocation a unit. */
const peepholeSums = defineProgram({
  name: 'lstmPeepholes',
  params: { rows: 'u32', units: 'u32', before: 'u32', after: 'u32' },
  reads: { dGates: 'f32', states: 'f32' },
  writes: { dPeepholes: 'f32' },
  workgroup: [256],
  main: `${element}
  if (i >= p.units) { return; }
  var sums = vec3f(0.0);
  for (var row = 0u; row < p.rows; row++) {
    let gate = row * 4u * p.units + i;
    let before = states[p.before + row * p.units + i];
    let after = states[p.after + row * p.units + i];
    sums += vec3f(dGates[gate] * before, dGates[gate + p.units] * before, dGates[gate + 3u * p.units] * after);
  }
  dPeepholes[i] = sums[0];
  dPeepholes[p.units + i] = sums[1];
  dPeepholes[2u * p.units + i] = sums[2];`,
});

interface ScanSizes {
  readonly time: number;
  readonly batch: number;
  readonly units: number;
  readonly reverse: boolean;
}

/** The steps of time in the order of the scan, with the places of the states around each. */
function stepsOf({ time, reverse }: ScanSizes) {
  return Array.from({ length: time }, (_, i) => {
    const step = reverse ? time - 1 - i : i;
    return { step, before: reverse ? step + 1 : step, after: reverse ? step : step + 1 };
  });
}

function copies({ batch, units, time }: ScanSizes, place: number) {
  const count = batch * units;
  return {
    steps: [{ count, place: place * count, cells: (time + 1) * count }],
    groups: linear(count),
  };
}

/** Gradients that a scan without normalizers has none of. */
const noPlacements = {
  hiddenToHiddenGain: undefined,
  hiddenToHiddenShift: undefined,
  preActivationGain: undefined,
  preActivationShift: undefined,
  cellGain: undefined,
  cellShift: undefined,
};

/** An LSTM over all steps: one dispatch a step, product and gates together; forward and backward. */
export const scan = opKernel(scanOp, {
  supports: ({ inputs, attributes: { cell, normalize } }) =>
    cell === 'lstm' && inputs.cell0 !== undefined && Object.keys(normalize).length === 0,
  run(backend, { inputs, attributes: { lengths: real, reverse } }) {
    const { projected, recurrent, recurrentBias, peepholes, hidden0, cell0 } = inputs;
    const none = () => backend.makeTensorInfo([0, 0], 'float32', new Float32Array(0));
    const [time, batch] = projected.shape;
    const [units] = recurrent.shape;
    const sizes = { time, batch, units, reverse };
    const states = backend.allocate([2, time + 1, batch, units]);
    const gates = backend.allocate([time, batch, 4 * units]);
    const hidden = backend.allocate([time, batch, units]);
    const finalHidden = backend.allocate([batch, units]);
    const finalCell = backend.allocate([batch, units]);
    const lengths = uploadLengths(backend, real);
    run(backend, place, {
      reads: { hidden0, cell0 },
      writes: { states },
      ...copies(sizes, reverse ? time : 0),
    });
    run(backend, forward, {
      reads: { projected, recurrent, bias: recurrentBias, peepholes, lengths },
      writes: { states, gates, hidden },
      steps: stepsOf(sizes).map((step) => ({
        ...{ time, batch, units, ...step, last: time },
        hasBias: Number(recurrentBias !== undefined),
        hasPeepholes: Number(peepholes !== undefined),
        hasLengths: Number(lengths !== undefined),
      })),
      groups: [Math.ceil(units / 16), Math.ceil(batch / 16)],
    });
    run(backend, finals, {
      reads: { states },
      writes: { finalHidden, finalCell },
      ...copies(sizes, reverse ? 0 : time),
    });
    backend.free(lengths);
    backend.keepResiduals(hidden, [gates, states]);
    return { hidden, finalHidden, finalCell, mean: none(), variance: none() };
  },
  saves: ['recurrent', 'peepholes', 'hidden'],
  gradient(backend, { dys, saved, attributes: { lengths: real, reverse }, given }) {
    const { recurrent, peepholes, hidden } = saved;
    const [time, batch, units] = hidden.shape;
    const [gates, states] = backend.takeResiduals(hidden) as [TensorInfo, TensorInfo];
    const dState = copyOf(backend, dys.finalHidden);
    const dCell = copyOf(backend, dys.finalCell);
    const lengths = uploadLengths(backend, real);
    const order = stepsOf({ time, batch, units, reverse }).reverse();
    const none = { step: time, before: 0, after: 0 };
    run(backend, backward, {
      reads: { recurrent, states, peepholes, lengths, dHidden: dys.hidden },
      writes: { gates, dState, dCell },
      steps: [...order, none].map((step, i) => ({
        ...{ time, batch, units, ...step },
        last: order[i - 1]?.step ?? time,
        hasBias: 0,
        hasPeepholes: Number(peepholes !== undefined),
        hasLengths: Number(lengths !== undefined),
      })),
      groups: [Math.ceil(units / 16), Math.ceil(batch / 16)],
    });
    const rows = time * batch;
    const count = batch * units;
    const before = reverse ? count : 0;
    const dRecurrent = backend.allocate([units, 4 * units]);
    multiply(
      backend,
      { rows: units, inner: rows, columns: 4 * units },
      transposed(rowsOf(states, units, before)),
      rowsOf(gates, 4 * units),
      { tensor: dRecurrent },
    );
    const dBias = given.recurrentBias ? sumRows(backend, gates, rows, 4 * units) : undefined;
    let dPeepholes: TensorInfo | undefined;
    if (peepholes !== undefined) {
      dPeepholes = backend.allocate([3, units]);
      const cells = (time + 1) * count;
      run(backend, peepholeSums, {
        reads: { dGates: gates, states },
        writes: { dPeepholes },
        steps: [{ rows, units, before: cells + before, after: cells + count - before }],
        groups: linear(units),
      });
    }
    backend.free(lengths, states);
    return {
      ...{ projected: gates, recurrent: dRecurrent, recurrentBias: dBias },
      ...{ hidden0: dState, cell0: dCell, peepholes: dPeepholes, ...noPlacements },
    };
  },
});
