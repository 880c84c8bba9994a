import type { RunConfig } from '../run/run';

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

/**
 * A place in the palette for each configuration: a baseline takes the first, normalization of W·x
 * the second, and so on by placement, in every chart; where two want the same place, the later takes
 * the next free one.
 */
export function seriesSlots(configs: readonly SlotConfig[], places: number): number[] {
  const taken = new Set<number>();
  return configs.map((config) => {
    const order = [slotOf(config), ...Array.from({ length: places }, (_, slot) => slot)];
    const slot = order.find((candidate) => !taken.has(candidate)) ?? taken.size % places;
    taken.add(slot);
    return slot;
  });
}

type SlotConfig = Pick<RunConfig, 'settings'>;

/** The place that a configuration takes when it is free: one for each kind of normalization. */
function slotOf({ settings }: SlotConfig): number {
  const at = (placement: string): unknown =>
    settings[`model.normalize.${placement}`]?.value ?? 'none';
  const [input, hidden] = [at('inputToHidden'), at('hiddenToHidden')];
  if (at('hiddenToOutput') !== 'none' || at('embedding') !== 'none') return 7;
  if (at('cell') !== 'none') return 6;
  if (at('preActivation') !== 'none') return 2;
  if (hidden !== 'none') return input === 'none' ? 3 : 4;
  if (input === 'none') return 0;
  return input === 'layer' ? 5 : 1;
}
