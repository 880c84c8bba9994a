import { ownSettings, type StrategySetting } from '@bnrnn/normalization';

type Own = typeof ownSettings;

/** The settings that one normalization strategy has alone, each as the strategy declares it. */
export const strategySettings = Object.fromEntries(
  Object.entries<StrategySetting>(ownSettings).map(([name, setting]) => [
    `normalization.${name}`,
    setting,
  ]),
) as { readonly [Name in keyof Own as `normalization.${Name}`]: Own[Name] };
