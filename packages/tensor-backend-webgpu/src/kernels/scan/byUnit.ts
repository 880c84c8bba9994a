import type { InsidePlacement } from '@bnrnn/tensor-backend';
import type { ScanForm } from './form';
import { letters } from './numbers';

/**
 * Programs whose workgroups own 16 units: all gates of them, over 16 rows, or over all rows where moments are taken of
 * the rows. An invocation has one unit and every sixteenth row.
 */
export const place = `
  let unit = group.x * 16u + local.x;
  let here = unit < p.units;
  let first = group.y * p.rows;
  let end = min(first + p.rows, p.batch);`;

/** Visits the real rows of this invocation. */
export const rows = (text: string) => `
  for (var row = first + local.y; row < end; row += 16u) {
    if (!here || !isReal(row)) { continue; }
    let at = gateAt(row, unit);
    ${text}
  }`;

export const total = `
var<workgroup> folded: array<array<f32, 16>, 16>;
/** The sum over the invocations of a unit. */
fn total(value: f32, local: vec3u) -> f32 {
  workgroupBarrier();
  folded[local.y][local.x] = value;
  workgroupBarrier();
  var sum = 0.0;
  for (var k = 0u; k < 16u; k++) { sum += folded[k][local.x]; }
  return sum;
}`;

export const isPlain = ({ kinds }: ScanForm) =>
  Object.values(kinds).every((kind) => kind === 'none');

/** How many features a unit has at a placement. */
const countAt = ({ gates }: ScanForm, name: InsidePlacement) => (name === 'cell' ? 1 : gates);

/** The normalizer of each feature of a unit: what it subtracts, and so on. */
export function normalizer(form: ScanForm, name: InsidePlacement): string {
  if (form.kinds[name] === 'none') return '';
  const l = letters[name];
  const array = `array<f32, ${countAt(form, name)}>`;
  return `
var<private> ${l}Mean: ${array};
var<private> ${l}Root: ${array};
var<private> ${l}Divisor: ${array};
fn ${l}Set(g: u32, mean: f32, variance: f32) {
  ${l}Mean[g] = mean;
  ${l}Root[g] = sqrt(variance + p.${l}Epsilon);
  ${l}Divisor[g] = ${l}Root[g] + select(0.0, p.${l}Epsilon, p.${l}Detail == 1u);
}
fn ${l}Normal(x: f32, g: u32, unit: u32) -> f32 {
  let column = g * p.units + unit;
  let value = (x - ${l}Mean[g]) / ${l}Divisor[g] * parameters[p.${l}Gain + column];
  if (p.${l}HasShift == 0u) { return value; }
  return value + parameters[p.${l}Shift + column];
}`;
}

/** Sets a placement's normalizers: from the rows of this step, or as the forward pass has left them. */
export function setNormalizer(
  form: ScanForm,
  name: InsidePlacement,
  measured?: (g: number) => string,
): string {
  const l = letters[name];
  const stored = (g: number) => `
  if (here) { ${l}Set(${g}u, parameters[p.${l}Mean + column], parameters[p.${l}Variance + column]); }`;
  const one = (g: number) => {
    const column = `let column = ${g}u * p.units + unit;`;
    if (form.kinds[name] === 'stored') return `{ ${column}${stored(g)} }`;
    const kept = `work[p.mean + p.${l}Column + column]`;
    const keptVariance = `work[p.variance + p.${l}Column + column]`;
    if (measured === undefined) {
      return `{ ${column}
  if (p.isFew == 1u) { ${stored(g)} } else if (here) { ${l}Set(${g}u, ${kept}, ${keptVariance}); } }`;
    }
    return `{ ${column}
  var sum = 0.0;
  ${rows(`sum += ${measured(g)};`)}
  let mean = total(sum, local) / max(p.real, 1.0);
  sum = 0.0;
  ${rows(`let centered = ${measured(g)} - mean; sum += centered * centered;`)}
  let variance = total(sum, local) / max(p.real, 1.0);
  if (here && local.y == 0u) { ${kept} = mean; ${keptVariance} = variance; }
  if (p.isFew == 1u) { ${stored(g)} } else { ${l}Set(${g}u, mean, variance); } }`;
  };
  return Array.from({ length: countAt(form, name) }, (_, g) => one(g)).join('\n');
}

/** The gradient of a placement: from dy to what `give` takes, with those of gain and shift. */
export function normalizerGradient(
  form: ScanForm,
  name: InsidePlacement,
  { x, dy, give }: Record<'x' | 'dy' | 'give', (g: number) => string>,
): string {
  if (form.kinds[name] === 'none') return '';
  const l = letters[name];
  const one = (g: number) => `{
  let column = ${g}u * p.units + unit;
  var sum = 0.0;
  var product = 0.0;
  ${rows(`let dy = ${dy(g)}; sum += dy; product += dy * (${x(g)} - ${l}Mean[${g}]);`)}
  let sums = total(sum, local);
  let products = total(product, local);
  if (here) {
    ${addPart(`p.${l}DGain + column`, `products / ${l}Divisor[${g}]`)}
    if (p.${l}HasShift == 1u) { ${addPart(`p.${l}DShift + column`, 'sums')} }
    // Stored statistics are constants: nothing flows through them.
    let n = max(p.real, 1.0);
    let flows = ${form.kinds[name] === 'stored' ? '0.0' : 'select(1.0, 0.0, p.isFew == 1u)'};
    let back0 = flows * sums / n;
    let along = flows * products / n / (${l}Divisor[${g}] * ${l}Root[${g}]);
    let slope = parameters[p.${l}Gain + column] / ${l}Divisor[${g}];
    ${rows(`let dx = (${dy(g)} - back0 - (${x(g)} - ${l}Mean[${g}]) * along) * slope; ${give(g)}`)}
  } }`;
  return Array.from({ length: countAt(form, name) }, (_, g) => one(g)).join('\n');
}

/** Adds a sum over the rows of this workgroup to its part of a gradient. */
export const addPart = (at: string, value: string) =>
  `if (local.y == 0u) { back[p.parts + group.y * p.partSize + ${at}] += ${value}; }`;
