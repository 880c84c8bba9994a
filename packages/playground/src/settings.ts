/** What a run of the page is, in words that fit into an address. */
export interface Settings {
  readonly cell: (typeof cells)[number];
  readonly placement: (typeof placements)[number];
  /** A name that the normalization package knows. */
  readonly strategy: string;
  readonly units: (typeof sizes)[number];
  readonly level: (typeof levels)[number];
  readonly backend: (typeof backends)[number];
  readonly seed: number;
}

export const cells = ['lstm', 'gru', 'rnn'] as const;
export const placements = ['inputToHidden', 'hiddenToHidden', 'preActivation', 'cell'] as const;
export const sizes = [16, 32, 64, 128, 256] as const;
export const levels = ['character', 'word'] as const;
export const backends = ['simd', 'webgpu', 'wasm', 'cpu'] as const;

const defaults: Settings = {
  cell: 'lstm',
  placement: 'inputToHidden',
  strategy: 'frame',
  units: 64,
  level: 'character',
  backend: 'simd',
  seed: 1,
};

/** Settings in the part of an address behind #; what is missing or unknown has its default. */
export function settingsOf(address: string, strategies: readonly string[]): Settings {
  const given = new URLSearchParams(address.replace(/^#/, ''));
  const oneOf = <Value>(name: keyof Settings, values: readonly Value[], usual: Value): Value =>
    values.find((value) => String(value) === given.get(name)) ?? usual;
  const seed = Number(given.get('seed') ?? defaults.seed);
  return {
    cell: oneOf('cell', cells, defaults.cell),
    placement: oneOf('placement', placements, defaults.placement),
    strategy: oneOf('strategy', strategies, defaults.strategy),
    units: oneOf('units', sizes, defaults.units),
    level: oneOf('level', levels, defaults.level),
    backend: oneOf('backend', backends, defaults.backend),
    seed: Number.isSafeInteger(seed) && seed >= 0 ? seed : defaults.seed,
  };
}

/** The part of an address behind #. */
export function addressOf(settings: Settings): string {
  const { cell, placement, strategy, units, level, backend, seed } = settings;
  const all = { cell, placement, strategy, units: String(units), level, backend };
  return `#${new URLSearchParams({ ...all, seed: String(seed) }).toString()}`;
}
