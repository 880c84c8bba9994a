import type { ScanForm } from './form';

/** WGSL that all programs of a scan share. Inputs beyond ±88 would make exp infinite. */
export function functions({ gates }: ScanForm): string {
  return `
fn sigmoid(x: f32) -> f32 { return 1.0 / (1.0 + exp(-clamp(x, -88.0, 88.0))); }
fn bent(x: f32) -> f32 {
  let e = exp(-2.0 * min(abs(x), 44.0));
  return sign(x) * (1.0 - e) / (1.0 + e);
}
fn isReal(row: u32) -> bool { return p.hasLengths == 0u || i32(p.step) < lengths[row]; }
/** Of a state or of what stands beside it: [time + 1, batch, units]. */
fn stateAt(place: u32, row: u32, unit: u32) -> u32 { return (place * p.batch + row) * p.units + unit; }
/** Of the first gate of a unit: [time, batch, gates]. */
fn gateAt(row: u32, unit: u32) -> u32 {
  return (p.step * p.batch + row) * ${gates}u * p.units + unit;
}
fn biasOf(g: u32, unit: u32) -> f32 {
  if (p.hasBias == 0u) { return 0.0; }
  return parameters[p.bias + g * p.units + unit];
}
fn peepOf(unit: u32) -> vec3f {
  if (p.hasPeepholes == 0u) { return vec3f(0.0); }
  let at = p.peepholes + unit;
  return vec3f(parameters[at], parameters[at + p.units], parameters[at + 2u * p.units]);
}`;
}

/**
 * WGSL of one real row and unit: `stepCell` from x, the projected input, and u, the recurrent term with its bias; it
 * keeps what the gradient reads. With a normalizer at the cell `emit` is called with what that gave.
 */
export function forwardCell(form: ScanForm): string {
  const head = `fn stepCell(row: u32, unit: u32, x: array<f32, ${form.gates}>, u: array<f32, ${form.gates}>) {
  let before = stateAt(p.before, row, unit);
  let after = stateAt(p.after, row, unit);
  let gate = p.gates + gateAt(row, unit);`;
  const emit = (value: string) => `
  work[after] = ${value};
  hidden[stateAt(p.step, row, unit)] = ${value};`;
  const skip = `
/** A padded step carries the state on. */
fn skip(row: u32, unit: u32) {
  let before = stateAt(p.before, row, unit);
  let after = stateAt(p.after, row, unit);
  work[after] = work[before];${form.cell === 'lstm' ? 'work[p.cells + after] = work[p.cells + before];' : ''}
  hidden[stateAt(p.step, row, unit)] = 0.0;
}`;
  if (form.cell === 'rnn') {
    const bend = form.rectifies ? 'max(sum, 0.0)' : 'bent(sum)';
    return `${head}
  let sum = x[0] + u[0];
  let value = ${bend};${emit('value')}
}${skip}`;
  }
  if (form.cell === 'gru') {
    return `${head}
  let reset = sigmoid(x[0] + u[0]);
  let update = sigmoid(x[1] + u[1]);
  let candidate = bent(x[2] + reset * u[2]);
  work[gate] = reset;
  work[gate + p.units] = update;
  work[gate + 2u * p.units] = u[2];
  work[p.cells + after] = candidate;
  let value = candidate + update * (work[before] - candidate);${emit('value')}
}${skip}`;
  }
  return `
fn emit(row: u32, unit: u32, output: f32, cell: f32) {
  let after = stateAt(p.after, row, unit);
  let value = output * bent(cell);${emit('value')}
}
${head}
  let cell = work[p.cells + before];
  let peep = peepOf(unit);
  let input = sigmoid(x[0] + u[0] + peep[0] * cell);
  let forget = sigmoid(x[1] + u[1] + peep[1] * cell);
  let candidate = bent(x[2] + u[2]);
  let next = forget * cell + input * candidate;
  let output = sigmoid(x[3] + u[3] + peep[2] * next);
  work[gate] = input;
  work[gate + p.units] = forget;
  work[gate + 2u * p.units] = candidate;
  work[gate + 3u * p.units] = output;
  work[p.cells + after] = next;
  ${form.kinds.cell === 'none' ? 'emit(row, unit, output, next);' : ''}
}${skip}`;
}

/**
 * WGSL of the gradient of one real row and unit: `stepBack` from dh, that of its hidden state. It writes that of x,
 * returns that of u, and leaves in `back` what flows on to the states before other than through h·U.
 */
export function backwardCell(form: ScanForm): string {
  const give = (names: readonly string[]) =>
    names.map((name, g) => `dProjected[at + ${g}u * p.units] = ${name};`).join('\n  ');
  const head = `fn stepBack(row: u32, unit: u32, dh: f32) -> array<f32, ${form.gates}> {
  let mine = row * p.units + unit;
  let after = stateAt(p.after, row, unit);
  let at = gateAt(row, unit);`;
  if (form.cell === 'rnn') {
    const slope = form.rectifies ? 'select(0.0, dh, value > 0.0)' : 'dh * (1.0 - value * value)';
    return `${head}
  let value = work[after];
  let d = ${slope};
  back[mine] = 0.0;
  ${give(['d'])}
  return array<f32, 1>(d);
}`;
  }
  const before = 'let before = stateAt(p.before, row, unit);\n  let gate = p.gates + at;';
  if (form.cell === 'gru') {
    return `${head}
  ${before}
  let reset = work[gate];
  let update = work[gate + p.units];
  let term = work[gate + 2u * p.units];
  let candidate = work[p.cells + after];
  let dSum = dh * (1.0 - update) * (1.0 - candidate * candidate);
  let dUpdate = dh * (work[before] - candidate) * update * (1.0 - update);
  let dReset = dSum * term * reset * (1.0 - reset);
  back[mine] = dh * update;
  ${give(['dReset', 'dUpdate', 'dSum'])}
  return array<f32, 3>(dReset, dUpdate, dSum * reset);
}`;
  }
  const squashed =
    form.kinds.cell === 'none'
      ? `let squashed = bent(work[p.cells + after]);
  var dNext = dh * output * (1.0 - squashed * squashed);`
      : `let squashed = back[p.dNormal + p.batch * p.units + mine];
  var dNext = back[p.dNormal + mine];`;
  return `${head}
  ${before}
  let input = work[gate];
  let forget = work[gate + p.units];
  let candidate = work[gate + 2u * p.units];
  let output = work[gate + 3u * p.units];
  let cell = work[p.cells + before];
  let peep = peepOf(unit);
  ${squashed}
  let dOutput = dh * squashed * output * (1.0 - output);
  dNext += back[p.dCell + mine] + dOutput * peep[2];
  let dInput = dNext * candidate * input * (1.0 - input);
  let dForget = dNext * cell * forget * (1.0 - forget);
  let dCandidate = dNext * input * (1.0 - candidate * candidate);
  back[p.dCell + mine] = dNext * forget + dInput * peep[0] + dForget * peep[1];
  back[mine] = 0.0;
  ${give(['dInput', 'dForget', 'dCandidate', 'dOutput'])}
  return array<f32, 4>(dInput, dForget, dCandidate, dOutput);
}`;
}

/** WGSL for each gate, `g` being its number. */
export function eachGate({ gates }: ScanForm, text: (g: number) => string): string {
  return Array.from({ length: gates }, (_, g) => text(g)).join('\n');
}
