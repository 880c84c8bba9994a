import { defineProgram } from '../../gpu/program';
import { isPlain, normalizer, place, rows, setNormalizer, total } from './byUnit';
import { eachGate, forwardCell, functions } from './cells';
import type { ScanForm } from './form';
import { scanNumbers } from './numbers';

/** One step of time, forward. */
export function forwardByUnit(form: ScanForm) {
  const { gates, kinds } = form;
  const { hiddenToHidden, preActivation, cell } = kinds;
  const array = `array<f32, ${gates}>`;
  const whole = (entry: (g: number) => string) =>
    `${array}(${Array.from({ length: gates }, (_, g) => entry(g)).join(', ')})`;
  const input = (g: number) => `projected[at + ${g}u * p.units]`;
  const term = (g: number) => {
    const kept = `work[p.terms + at + ${g}u * p.units]`;
    return hiddenToHidden === 'none' ? kept : `hNormal(${kept}, ${g}u, unit)`;
  };
  const sum = (g: number) => `work[p.sums + at + ${g}u * p.units]`;
  const x = (g: number) => (preActivation === 'none' ? input(g) : '0.0');
  const u = (g: number) => {
    const value = preActivation === 'none' ? term(g) : `sNormal(${sum(g)}, ${g}u, unit)`;
    return `${value} + biasOf(${g}u, unit)`;
  };
  const cellAfter = 'work[p.cells + stateAt(p.after, row, unit)]';
  const keep = isPlain(form)
    ? `stepCell(row, unit, ${whole(input)}, ${whole((g) => `u${g} + biasOf(${g}u, unit)`)});`
    : eachGate(form, (g) => `work[p.terms + at + ${g}u * p.units] = u${g};`);
  const normalizing = isPlain(form)
    ? ''
    : `
  ${hiddenToHidden === 'none' ? '' : setNormalizer(form, 'hiddenToHidden', (g) => `work[p.terms + at + ${g}u * p.units]`)}
  ${
    preActivation === 'none'
      ? ''
      : `${rows(eachGate(form, (g) => `${sum(g)} = ${input(g)} + ${term(g)};`))}
  ${setNormalizer(form, 'preActivation', sum)}`
  }
  ${rows(`stepCell(row, unit, ${whole(x)}, ${whole(u)});`)}
  ${
    cell === 'none'
      ? ''
      : `${setNormalizer(form, 'cell', () => cellAfter)}
  ${rows(`emit(row, unit, work[p.gates + at + 3u * p.units], cNormal(${cellAfter}, 0u, unit));`)}`
  }`;
  return defineProgram({
    name: `${form.cell}Step`,
    params: scanNumbers,
    reads: { projected: 'f32', recurrent: 'f32', parameters: 'f32', lengths: 'i32' },
    writes: { work: 'f32', hidden: 'f32' },
    workgroup: [16, 16],
    declarations: `${functions(form)}
${normalizer(form, 'hiddenToHidden')}${normalizer(form, 'preActivation')}${normalizer(form, 'cell')}
${forwardCell(form)}
${isPlain(form) ? '' : total}
var<workgroup> h: array<array<f32, 17>, 16>;
var<workgroup> weights: array<array<f32, 16>, ${16 * gates}>;`,
    main: `${place}
  let wide = ${gates}u * p.units;
  let states0 = p.before * p.batch * p.units;
  for (var row0 = first; row0 < end; row0 += 16u) {
    let row = row0 + local.y;
    ${eachGate(form, (g) => `var u${g} = 0.0;`)}
    for (var k0 = 0u; k0 < p.units; k0 += 16u) {
      let k = k0 + local.x;
      var value = 0.0;
      if (row < end && k < p.units) { value = work[states0 + row * p.units + k]; }
      h[local.y][local.x] = value;
      for (var g = 0u; g < ${gates}u; g++) {
        value = 0.0;
        if (k0 + local.y < p.units && here) {
          value = recurrent[(k0 + local.y) * wide + g * p.units + unit];
        }
        weights[g * 16u + local.y][local.x] = value;
      }
      workgroupBarrier();
      for (var j = 0u; j < 16u; j++) {
        let state = h[local.y][j];
        ${eachGate(form, (g) => `u${g} += state * weights[${16 * g}u + j][local.x];`)}
      }
      workgroupBarrier();
    }
    if (here && row < end) {
      let at = gateAt(row, unit);
      if (isReal(row)) {
        ${keep}
      } else { skip(row, unit); }
    }
  }
  ${normalizing}`,
  });
}
