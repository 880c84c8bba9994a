import { variable, zeros, type Variable } from '@tensorflow/tfjs-core';

/** One variable of zeros for each parameter, named `prefix/path`. */
export function zeroSlots(
  prefix: string,
  parameters: ReadonlyMap<string, Variable>,
): Map<string, Variable> {
  const slots = new Map<string, Variable>();
  for (const [path, parameter] of parameters) {
    const start = zeros(parameter.shape);
    slots.set(`${prefix}/${path}`, variable(start, false));
    start.dispose();
  }
  return slots;
}

export function disposeAll(slots: ReadonlyMap<string, Variable>): void {
  for (const slot of slots.values()) slot.dispose();
}

/** Puts zeros into the slots `prefix/path` of these parameters. */
export function clearSlots(slots: ReadonlyMap<string, Variable>, paths: readonly string[]): void {
  const cleared = new Set(paths);
  for (const [name, slot] of slots) {
    if (!cleared.has(name.slice(name.indexOf('/') + 1))) continue;
    const start = zeros(slot.shape);
    slot.assign(start);
    start.dispose();
  }
}
