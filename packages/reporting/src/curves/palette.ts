import { baselineOf } from '../compare/baselineOf';

/** The colours of a chart. */
export interface Palette {
  ink: string;
  muted: string;
  grid: string;
  background: string | null;
  /** Lines, in the order of `seriesSlots`. */
  series: readonly string[];
}

/** Told apart by people with any kind of colour vision, at 3:1 or more against their background. */
export const lightPalette: Palette = {
  ink: '#1c2330',
  muted: '#5a6473',
  grid: '#e4e7ec',
  background: '#ffffff',
  series: ['#1f6ab0', '#cc4d14', '#7a4fb3', '#128066', '#b0357a', '#8a6a00', '#0e7f96', '#5f6875'],
};

export const darkPalette: Palette = {
  ink: '#e8ebf0',
  muted: '#a3adbb',
  grid: '#2c333f',
  background: '#14181f',
  series: ['#6cb0f2', '#ff9259', '#b99af0', '#4fc9a4', '#f083bd', '#d9b740', '#5cc6dc', '#a8b1bd'],
};

/** The place in the palette that a preset takes when it is free: one for each kind of variant. */
const preferredSlots: readonly [pattern: RegExp, slot: number][] = [
  [/-bn-sum(-tiny)?$/, 2],
  [/-bn-hidden(-tiny)?$/, 3],
  [/-bn-both(-tiny)?$/, 4],
  [/-layer(-tiny)?$/, 5],
  [/-cooijmans(-tiny)?$/, 6],
  [/-bn(-tiny)?$/, 1],
];

/**
 * A place in the palette for each preset: a baseline takes the first, its `-bn` the second, and so
 * on, in every chart; where two want the same place, the later takes the next free one.
 */
export function seriesSlots(presets: readonly string[], places: number): number[] {
  const taken = new Set<number>();
  return presets.map((preset) => {
    const wanted = baselineOf(preset) === undefined ? 0 : slotOf(preset);
    const order = [wanted, ...Array.from({ length: places }, (_, slot) => slot)];
    const slot = order.find((candidate) => !taken.has(candidate)) ?? taken.size % places;
    taken.add(slot);
    return slot;
  });
}

function slotOf(preset: string): number {
  return preferredSlots.find(([pattern]) => pattern.test(preset))?.[1] ?? 0;
}
