/** What programs are told that take the rows of a step, or of all steps, together. */
export const numbers = {
  time: 'u32',
  batch: 'u32',
  features: 'u32',
  /** Steps of time in a group. */
  span: 'u32',
  epsilon: 'f32',
  isDouble: 'u32',
  hasShift: 'u32',
  hasLengths: 'u32',
  hasStored: 'u32',
} as const;

/** A workgroup holds 16 features of one group of rows; 16 invocations share a feature's rows. */
export const declarations = `
var<workgroup> parts: array<array<f32, 16>, 16>;
fn total(value: f32, local: vec3u) -> f32 {
  workgroupBarrier();
  parts[local.y][local.x] = value;
  workgroupBarrier();
  var sum = 0.0;
  for (var k = 0u; k < 16u; k++) { sum += parts[k][local.x]; }
  return sum;
}
fn isReal(row: u32) -> bool {
  return p.hasLengths == 0u || i32(row / p.batch) < lengths[row % p.batch];
}
fn divisor(variance: f32) -> f32 {
  let deviation = sqrt(variance + p.epsilon);
  return select(deviation, deviation + p.epsilon, p.isDouble == 1u);
}`;

/** The rows of this invocation: every sixteenth of its group's. */
export const rows = 'var row = group.y * p.span * p.batch + local.y; row < end; row += 16u';

/** Counts the rows of this group. */
export const opening = `
  let feature = group.x * 16u + local.x;
  let isHere = feature < p.features;
  let end = (group.y + 1u) * p.span * p.batch;
  var counted = 0.0;
  for (${rows}) { counted += select(0.0, 1.0, isReal(row)); }
  let count = total(counted, local);
  let isFew = p.hasStored == 1u && count < 2.0;
  let stat = group.y * p.features + feature;`;

/** Mean and variance of the real rows, in two passes. */
export const measure = `
  var sum = 0.0;
  for (${rows}) { if (isHere && isReal(row)) { sum += x[row * p.features + feature]; } }
  var mean = total(sum, local) / max(count, 1.0);
  sum = 0.0;
  for (${rows}) {
    if (isHere && isReal(row)) {
      let centered = x[row * p.features + feature] - mean;
      sum += centered * centered;
    }
  }
  var variance = total(sum, local) / max(count, 1.0);
`;

/** What the programs are told of x [time, batch, features] besides what optional inputs there are. */
export function groupNumbers(
  [time, batch, features]: readonly [number, number, number],
  over: 'frame' | 'sequence',
  {
    epsilon,
    epsilonRule,
  }: { readonly epsilon: number; readonly epsilonRule: 'variance' | 'double' },
) {
  const span = over === 'sequence' ? time : 1;
  return { time, batch, features, span, epsilon, isDouble: Number(epsilonRule === 'double') };
}
