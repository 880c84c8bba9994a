import { defineProgram, element } from '../gpu/program';
import { functions, numbers } from './scanSteps';

/**
 * The gradient of one step: first that of its new state, through the gates of the step taken after it, then that of
 * its own gates, which takes their place.
 */
export const backward = defineProgram({
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
export const peepholeSums = defineProgram({
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
