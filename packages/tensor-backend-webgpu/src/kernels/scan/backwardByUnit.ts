import { defineProgram } from '../../gpu/program';
import {
  addPart,
  normalizer,
  normalizerGradient,
  place,
  rows,
  setNormalizer,
  total,
} from './byUnit';
import { backwardCell, eachGate, functions } from './cells';
import type { ScanForm } from './form';
import { scanNumbers } from './numbers';

/**
 * The gradient of one step: first that of its new state, through the recurrent terms of the step taken after it, then
 * that of its own gates. A last dispatch, for no step, gives the gradient of the initial state.
 */
export function backwardByUnit(form: ScanForm) {
  const { gates, kinds } = form;
  const { hiddenToHidden, preActivation, cell } = kinds;
  const at = (g: number) => `at + ${g}u * p.units`;
  const dh = 'back[row * p.units + unit] + dHidden[stateAt(p.step, row, unit)]';
  const cellAfter = 'work[p.cells + stateAt(p.after, row, unit)]';
  const mine = 'p.dNormal + row * p.units + unit';
  const squash = `
  ${setNormalizer(form, 'cell')}
  ${rows(`let squashed = bent(cNormal(${cellAfter}, 0u, unit));
    back[${mine} + p.batch * p.units] = squashed;
    back[${mine}] = (${dh}) * work[p.gates + at + 3u * p.units] * (1.0 - squashed * squashed);`)}
  ${normalizerGradient(form, 'cell', { x: () => cellAfter, dy: () => `back[${mine}]`, give: () => `back[${mine}] = dx;` })}`;
  const peeps = `
    if (p.hasPeepholes == 1u) {
      let before = work[p.cells + stateAt(p.before, row, unit)];
      dPeeps += vec3f(d[0] * before, d[1] * before, d[${gates - 1}] * ${cellAfter});
    }`;
  return defineProgram({
    name: `${form.cell}GradientStep`,
    params: scanNumbers,
    reads: { recurrent: 'f32', parameters: 'f32', lengths: 'i32', dHidden: 'f32' },
    writes: { work: 'f32', dProjected: 'f32', back: 'f32' },
    workgroup: [16, 16],
    declarations: `${functions(form)}
${normalizer(form, 'hiddenToHidden')}${normalizer(form, 'preActivation')}${normalizer(form, 'cell')}
${backwardCell(form)}
${total}
var<workgroup> tile: array<array<f32, 17>, 16>;
var<workgroup> weights: array<array<f32, 17>, 16>;`,
    main: `${place}
  let wide = ${gates}u * p.units;
  if (p.last < p.time) {
    let last0 = p.terms + p.last * p.batch * wide;
    for (var row0 = first; row0 < end; row0 += 16u) {
      let row = row0 + local.y;
      var sum = 0.0;
      for (var k0 = 0u; k0 < wide; k0 += 16u) {
        let k = k0 + local.x;
        var value = 0.0;
        if (row < end && k < wide) { value = work[last0 + row * wide + k]; }
        tile[local.y][local.x] = value;
        value = 0.0;
        let other = group.x * 16u + local.y;
        if (other < p.units && k < wide) { value = recurrent[other * wide + k]; }
        weights[local.y][local.x] = value;
        workgroupBarrier();
        for (var j = 0u; j < 16u; j++) { sum += tile[local.y][j] * weights[local.x][j]; }
        workgroupBarrier();
      }
      // What the step did not pass through its product is there already.
      if (here && row < end) { back[row * p.units + unit] += sum; }
    }
  }
  if (p.step == p.time) { return; }
  ${cell === 'none' ? '' : squash}
  ${eachGate(form, (g) => `var dBias${g} = 0.0;`)}
  var dPeeps = vec3f(0.0);
  for (var row = first + local.y; row < end; row += 16u) {
    if (!here) { continue; }
    let at = gateAt(row, unit);
    if (!isReal(row)) {
      ${eachGate(form, (g) => `dProjected[${at(g)}] = 0.0; work[p.terms + ${at(g)}] = 0.0;`)}
      continue;
    }
    let d = stepBack(row, unit, ${dh});
    ${eachGate(form, (g) => `dBias${g} += d[${g}];`)}
    ${preActivation === 'none' ? eachGate(form, (g) => `work[p.gates + ${at(g)}] = d[${g}];`) : ''}
    ${form.cell === 'lstm' ? peeps : ''}
  }
  if (p.hasBias == 1u) {
    ${eachGate(form, (g) => `{ let sums = total(dBias${g}, local); if (here) { ${addPart(`p.dBias + ${g}u * p.units + unit`, 'sums')} } }`)}
  }
  if (p.hasPeepholes == 1u) {
    for (var k = 0u; k < 3u; k++) {
      let sums = total(dPeeps[k], local);
      if (here) { ${addPart('p.dPeepholes + k * p.units + unit', 'sums')} }
    }
  }
  ${preActivation === 'none' ? '' : setNormalizer(form, 'preActivation')}
  ${normalizerGradient(form, 'preActivation', {
    x: (g) => `work[p.sums + ${at(g)}]`,
    dy: (g) => `dProjected[${at(g)}]`,
    give: (g) => `dProjected[${at(g)}] = dx; work[p.gates + ${at(g)}] = dx;`,
  })}
  ${hiddenToHidden === 'none' ? '' : setNormalizer(form, 'hiddenToHidden')}
  ${normalizerGradient(form, 'hiddenToHidden', {
    x: (g) => `work[p.terms + ${at(g)}]`,
    dy: (g) => `work[p.gates + ${at(g)}]`,
    give: (g) => `work[p.terms + ${at(g)}] = dx;`,
  })}`,
  });
}
