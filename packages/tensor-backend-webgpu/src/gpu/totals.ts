/** WGSL's name of the language feature that numbers subgroups; without it their sums could not be placed. */
const subgroupNumbers = 'subgroup_id';

/** Whether programs on this device may add up within subgroups: the hardware's vectors. */
export function hasSubgroups(device: GPUDevice): boolean {
  const { navigator } = globalThis as {
    navigator?: { readonly gpu?: { readonly wgslLanguageFeatures?: ReadonlySet<string> } };
  };
  const speaks = navigator?.gpu?.wgslLanguageFeatures?.has(subgroupNumbers) === true;
  return speaks && device.features.has('subgroups');
}

/** What a program needs for `total` and `largest`. */
interface Totals {
  /** Stands before all declarations. */
  readonly directives: string;
  readonly declarations: string;
  readonly builtins: string;
  /** The first statements of `main`. */
  readonly opening: string;
}

/**
 * WGSL: `total(value)` and `largest(value)` give every invocation of the workgroup the sum and the maximum over all of
 * them. Both are called where control flow is uniform. In the plain form a tree of halves meets at each level; with
 * subgroups the hardware's vectors fold first, and their results are folded in the order of their numbers.
 *
 * @param size  invocations of the workgroup, a power of two.
 */
export function totalsOf(size: number, subgroups: boolean): Totals {
  return subgroups ? bySubgroups(size) : byHalves(size);
}

function byHalves(size: number): Totals {
  const fold = (name: string, join: (a: string, b: string) => string) => `
fn ${name}(value: f32) -> f32 {
  workgroupBarrier();
  folded[laneOfFold] = value;
  workgroupBarrier();
  for (var half = ${size / 2}u; half > 0u; half /= 2u) {
    if (laneOfFold < half) {
      folded[laneOfFold] = ${join('folded[laneOfFold]', 'folded[laneOfFold + half]')};
    }
    workgroupBarrier();
  }
  return folded[0];
}`;
  return {
    directives: '',
    declarations: `var<workgroup> folded: array<f32, ${size}>;
var<private> laneOfFold: u32;
${fold('total', (a, b) => `${a} + ${b}`)}
${fold('largest', (a, b) => `max(${a}, ${b})`)}`,
    builtins: '',
    opening: 'laneOfFold = lane;',
  };
}

function bySubgroups(size: number): Totals {
  const fold = (name: string, within: string, join: string) => `
fn ${name}(value: f32) -> f32 {
  let part = ${within}(value);
  workgroupBarrier();
  if (laneOfSubgroup == 0u) { folded[subgroup] = part; }
  workgroupBarrier();
  var whole = folded[0];
  for (var k = 1u; k < subgroups; k++) { whole = ${join}; }
  return whole;
}`;
  return {
    directives: `enable subgroups;\nrequires ${subgroupNumbers};`,
    // The smallest subgroups have four invocations.
    declarations: `var<workgroup> folded: array<f32, ${Math.ceil(size / 4)}>;
var<private> subgroup: u32;
var<private> subgroups: u32;
var<private> laneOfSubgroup: u32;
${fold('total', 'subgroupAdd', 'whole + folded[k]')}
${fold('largest', 'subgroupMax', 'max(whole, folded[k])')}`,
    builtins: `
  @builtin(subgroup_id) subgroupGiven: u32,
  @builtin(num_subgroups) subgroupsGiven: u32,
  @builtin(subgroup_invocation_id) laneGiven: u32,`,
    opening: `subgroup = subgroupGiven;
subgroups = subgroupsGiven;
laneOfSubgroup = laneGiven;`,
  };
}
