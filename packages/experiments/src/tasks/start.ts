import { ownSettings, type StrategySetting } from '@bnrnn/normalization';
import { noNormalization } from '../presets/preset';
import type { CorpusPath, PresetPath, RulePath, StrategyPath } from '../recipes/recipe';
import { chosen, figure, recalled } from '../settings/setting';
import type { SettingsOf } from '../settings/settings';

const adam = 'used by adam alone; the usual value';

const rules: SettingsOf<RulePath> = {
  'optimizer.momentum': figure(0.9, 'of the speech models; used by momentum alone'),
  'optimizer.beta1': chosen(0.9, adam),
  'optimizer.beta2': chosen(0.999, adam),
  'optimizer.epsilon': chosen(1e-8, adam),
};

/** What each strategy does unless it is told otherwise; also what runs had before there was a choice. */
const strategies = Object.fromEntries(
  Object.entries<StrategySetting>(ownSettings).map(([name, { value, source }]) => [
    `normalization.${name}`,
    recalled(value, source),
  ]),
) as SettingsOf<StrategyPath>;

/** What no recipe decides, as every preset starts with it. */
export const start: SettingsOf<Exclude<PresetPath, CorpusPath>> = {
  ...noNormalization,
  ...strategies,
  ...rules,
  'data.trainShare': chosen(1, 'all of it'),
  'schedule.maxSteps': chosen(0, 'after the last epoch'),
  'checkpoints.everySteps': chosen(200),
  'evaluation.maxBatches': chosen(0, 'the whole split'),
  'evaluation.recalibrationBatches': chosen(0, 'the whole epoch'),
};

/** What both tasks had before there was a choice. */
export const beforeInBoth: SettingsOf<
  | RulePath
  | StrategyPath
  | 'optimizer.kind'
  | 'model.initRange'
  | 'model.normalize.hiddenToOutput'
  | 'data.trainShare'
> = {
  'model.normalize.hiddenToOutput': chosen('none', 'before there was a choice'),
  ...strategies,
  'optimizer.kind': chosen('sgd', 'before there was a choice'),
  'optimizer.momentum': chosen(0.9, 'not used'),
  'optimizer.beta1': chosen(0.9, 'not used'),
  'optimizer.beta2': chosen(0.999, 'not used'),
  'optimizer.epsilon': chosen(1e-8, 'not used'),
  'model.initRange': chosen(0.1, 'not used'),
  'data.trainShare': chosen(1, 'before there was a choice'),
};
