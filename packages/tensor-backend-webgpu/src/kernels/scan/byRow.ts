import type { InsidePlacement } from '@bnrnn/tensor-backend';
import { defineProgram } from '../../gpu/program';
import { backwardCell, eachGate, forwardCell, functions } from './cells';
import type { ScanForm } from './form';
import { letters, scanNumbers } from './numbers';

/**
 * Programs whose workgroups own a row: all gates of all its units, as layer normalization needs them. 256 invocations
 * share the units.
 */
const units = (text: string) => `
  for (var unit = lane; unit < p.units; unit += 256u) {
    let at = gateAt(row, unit);
    ${text}
  }`;

/** What other invocations of the workgroup have written is there behind it. */
const meet = 'storageBarrier(); workgroupBarrier();';

const shared = 'var<workgroup> tile: array<f32, 256>;';

/** Visits the groups of a placement's features, with mean and deviation of each. */
function eachGroup(form: ScanForm, name: InsidePlacement, x: string, text: string): string {
  const l = letters[name];
  const features = name === 'cell' ? 'p.units' : `${form.gates}u * p.units`;
  return `
  for (var block = 0u; block < p.${l}Detail; block++) {
    let size = ${features} / p.${l}Detail;
    let start = block * size;
    var sum = 0.0;
    for (var k = lane; k < size; k += 256u) { let i = start + k; sum += ${x}; }
    let mean = total(sum) / f32(size);
    sum = 0.0;
    for (var k = lane; k < size; k += 256u) {
      let i = start + k;
      let centered = ${x} - mean;
      sum += centered * centered;
    }
    let deviation = sqrt(total(sum) / f32(size) + p.${l}Epsilon);
    ${text}
  }`;
}

/** Normalizes a placement's features: `give` takes `y` of feature i. */
function normalize(form: ScanForm, name: InsidePlacement, x: string, give: string): string {
  if (form.kinds[name] === 'none') return '';
  const l = letters[name];
  return `${meet}${eachGroup(
    form,
    name,
    x,
    `for (var k = lane; k < size; k += 256u) {
      let i = start + k;
      var y = (${x} - mean) / deviation * parameters[p.${l}Gain + i];
      if (p.${l}HasShift == 1u) { y += parameters[p.${l}Shift + i]; }
      ${give}
    }`,
  )}`;
}

/** Its gradient: `give` takes `dx` of feature i. */
function normalizeGradient(
  form: ScanForm,
  name: InsidePlacement,
  { x, dy, give }: Record<'x' | 'dy' | 'give', string>,
): string {
  if (form.kinds[name] === 'none') return '';
  const l = letters[name];
  return `${meet}${eachGroup(
    form,
    name,
    x,
    `var slope = 0.0;
    var product = 0.0;
    for (var k = lane; k < size; k += 256u) {
      let i = start + k;
      let d = ${dy} * parameters[p.${l}Gain + i];
      slope += d;
      product += d * (${x} - mean) / deviation;
    }
    let back0 = total(slope) / f32(size);
    let along = total(product) / f32(size);
    for (var k = lane; k < size; k += 256u) {
      let i = start + k;
      let standard = (${x} - mean) / deviation;
      let dy = ${dy};
      back[parts + p.${l}DGain + i] += dy * standard;
      if (p.${l}HasShift == 1u) { back[parts + p.${l}DShift + i] += dy; }
      let dx = (dy * parameters[p.${l}Gain + i] - back0 - standard * along) / deviation;
      ${give}
    }`,
  )}`;
}

const cellAfter = 'work[p.cells + stateAt(p.after, row, i)]';

/** One step of time, forward. */
export function forwardByRow(form: ScanForm) {
  const { gates, kinds } = form;
  const { hiddenToHidden, preActivation } = kinds;
  const whole = (entry: (g: number) => string) =>
    `array<f32, ${gates}>(${Array.from({ length: gates }, (_, g) => entry(g)).join(', ')})`;
  // The gates' place holds what the last normalizer gave until the cell's step takes it.
  const x = (g: number) => (preActivation === 'none' ? `projected[at + ${g}u * p.units]` : '0.0');
  const u = (g: number) => `work[p.gates + at + ${g}u * p.units] + biasOf(${g}u, unit)`;
  const raw = (place: string) => `work[${place} + row0 + i]`;
  const term = raw(hiddenToHidden === 'none' ? 'p.terms' : 'p.gates');
  const sum = `
  ${meet}
  for (var i = lane; i < wide; i += 256u) { ${raw('p.sums')} = projected[row0 + i] + ${term}; }`;
  return defineProgram({
    name: `${form.cell}RowStep`,
    params: scanNumbers,
    reads: { projected: 'f32', recurrent: 'f32', parameters: 'f32', lengths: 'i32' },
    writes: { work: 'f32', hidden: 'f32' },
    workgroup: [256],
    folds: true,
    declarations: `${functions(form)}
${forwardCell(form)}
${shared}`,
    main: `
  let row = group.x;
  if (!isReal(row)) { ${units('skip(row, unit);')} return; }
  let wide = ${gates}u * p.units;
  let row0 = (p.step * p.batch + row) * wide;
  let state0 = (p.before * p.batch + row) * p.units;
  for (var i0 = 0u; i0 < wide; i0 += 256u) {
    let i = i0 + lane;
    var value = 0.0;
    for (var k0 = 0u; k0 < p.units; k0 += 256u) {
      workgroupBarrier();
      if (k0 + lane < p.units) { tile[lane] = work[state0 + k0 + lane]; }
      workgroupBarrier();
      if (i < wide) {
        for (var k = k0; k < min(k0 + 256u, p.units); k++) {
          value += tile[k - k0] * recurrent[k * wide + i];
        }
      }
    }
    if (i < wide) { ${raw('p.terms')} = value; }
  }
  ${normalize(form, 'hiddenToHidden', raw('p.terms'), `${raw('p.gates')} = y;`)}
  ${preActivation === 'none' ? '' : sum}
  ${normalize(form, 'preActivation', raw('p.sums'), `${raw('p.gates')} = y;`)}
  ${meet}
  ${units(`stepCell(row, unit, ${whole(x)}, ${whole(u)});`)}
  ${normalize(form, 'cell', cellAfter, `emit(row, i, work[p.gates + row0 + 3u * p.units + i], y);`)}`,
  });
}

/** The gradient of one step, as `backwardByUnit` has it. */
export function backwardByRow(form: ScanForm) {
  const { gates, kinds } = form;
  const { preActivation, cell } = kinds;
  const at = (g: number) => `at + ${g}u * p.units`;
  const dh = 'back[row * p.units + unit] + dHidden[stateAt(p.step, row, unit)]';
  const mine = 'back[p.dNormal + row * p.units + i]';
  const squashed = 'back[p.dNormal + (p.batch + row) * p.units + i]';
  // First what the normalizer gave, then its gradient.
  const squash = `
  ${normalize(
    form,
    'cell',
    cellAfter,
    `let squashed = bent(y);
      ${squashed} = squashed;
      let dh = back[row * p.units + i] + dHidden[stateAt(p.step, row, i)];
      ${mine} = dh * work[p.gates + row0 + 3u * p.units + i] * (1.0 - squashed * squashed);`,
  )}
  ${normalizeGradient(form, 'cell', { x: cellAfter, dy: mine, give: `${mine} = dx;` })}
  ${meet}`;
  const peeps = `
    if (p.hasPeepholes == 1u) {
      let before = work[p.cells + stateAt(p.before, row, unit)];
      let peephole = parts + p.dPeepholes + unit;
      back[peephole] += d[0] * before;
      back[peephole + p.units] += d[1] * before;
      back[peephole + 2u * p.units] += d[${gates - 1}] * work[p.cells + stateAt(p.after, row, unit)];
    }`;
  return defineProgram({
    name: `${form.cell}RowGradientStep`,
    params: scanNumbers,
    reads: { recurrent: 'f32', parameters: 'f32', lengths: 'i32', dHidden: 'f32' },
    writes: { work: 'f32', dProjected: 'f32', back: 'f32' },
    workgroup: [256],
    folds: true,
    declarations: `${functions(form)}
${backwardCell(form)}
${shared}`,
    main: `
  let row = group.x;
  let wide = ${gates}u * p.units;
  let row0 = (p.step * p.batch + row) * wide;
  let parts = p.parts + row * p.partSize;
  if (p.last < p.time) {
    let last0 = p.terms + (p.last * p.batch + row) * wide;
    for (var unit0 = 0u; unit0 < p.units; unit0 += 256u) {
      let unit = unit0 + lane;
      var sum = 0.0;
      for (var k0 = 0u; k0 < wide; k0 += 256u) {
        workgroupBarrier();
        if (k0 + lane < wide) { tile[lane] = work[last0 + k0 + lane]; }
        workgroupBarrier();
        if (unit < p.units) {
          for (var k = k0; k < min(k0 + 256u, wide); k++) {
            sum += tile[k - k0] * recurrent[unit * wide + k];
          }
        }
      }
      // What the step did not pass through its product is there already.
      if (unit < p.units) { back[row * p.units + unit] += sum; }
    }
  }
  if (p.step == p.time) { return; }
  if (!isReal(row)) {
    for (var i = lane; i < wide; i += 256u) {
      dProjected[row0 + i] = 0.0;
      work[p.terms + row0 + i] = 0.0;
    }
    return;
  }
  ${cell === 'none' ? '' : squash}
  ${units(`let d = stepBack(row, unit, ${dh});
    if (p.hasBias == 1u) {
      ${eachGate(form, (g) => `back[parts + p.dBias + ${g}u * p.units + unit] += d[${g}];`)}
    }
    ${preActivation === 'none' ? eachGate(form, (g) => `work[p.gates + ${at(g)}] = d[${g}];`) : ''}
    ${form.cell === 'lstm' ? peeps : ''}`)}
  ${normalizeGradient(form, 'preActivation', {
    x: 'work[p.sums + row0 + i]',
    dy: 'dProjected[row0 + i]',
    give: 'dProjected[row0 + i] = dx; work[p.gates + row0 + i] = dx;',
  })}
  ${normalizeGradient(form, 'hiddenToHidden', {
    x: 'work[p.terms + row0 + i]',
    dy: 'work[p.gates + row0 + i]',
    give: 'work[p.terms + row0 + i] = dx;',
  })}`,
  });
}
