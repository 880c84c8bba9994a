import type { Normalizer } from './normalizer';
import { normalizerFromSpec } from './normalizerFromSpec';
import type { StrategyExample } from './normalizerStrategy';
import { builtInStrategies, namesOf, specOfName } from './strategy';

/** A built-in strategy with some settings, for suites that run over all of them. */
export interface ExampleNormalizer {
  /** Its name and the settings that differ from its own values. */
  readonly name: string;
  readonly normalizer: Normalizer;
  /** False where its backward pass has a rule of its own, which is no derivative. */
  readonly derivative: boolean;
}

/**
 * Every built-in strategy: under each of its names with the values of its own, and with the settings of its `examples`.
 *
 * A suite that runs over this list covers a strategy from the moment that it is built in.
 */
export function exampleNormalizers(): readonly ExampleNormalizer[] {
  return builtInStrategies.flatMap((strategy) => {
    const names = namesOf(strategy);
    const first = names[0] as string;
    return [
      ...names.map((name) => exampleOf(name, { settings: {} })),
      ...(strategy.examples ?? []).map((example) => exampleOf(first, example)),
    ];
  });
}

function exampleOf(
  name: string,
  { settings, derivative = true }: StrategyExample,
): ExampleNormalizer {
  const told = Object.entries(settings).map(([key, value]) => `${key} ${String(value)}`);
  return {
    name: [name, ...told].join(', '),
    normalizer: normalizerFromSpec({ ...specOfName(name), ...settings }),
    derivative,
  };
}
