import { defineProgram, element, linear } from '../gpu/program';
import { functions, numbers, type ScanSizes } from './scanSteps';

/**
 * States are held at time + 1 places, cells behind them, so that what came before the steps of time lies together
 * in the order of time: places 0 to time − 1 of a scan forward, 1 to time of one in reverse.
 */
export const place = defineProgram({
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

export const finals = defineProgram({
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
export const forward = defineProgram({
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

/** What places the first states, and what reads the last ones. */
export function copies({ batch, units, time }: ScanSizes, place: number) {
  const count = batch * units;
  return {
    steps: [{ count, place: place * count, cells: (time + 1) * count }],
    groups: linear(count),
  };
}
