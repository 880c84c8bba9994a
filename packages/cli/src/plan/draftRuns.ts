import {
  findPreset,
  resolveRun,
  type Override,
  type RunConfig,
  type SpeechRunConfig,
  type LanguageRunConfig,
} from '@bnrnn/experiments';
import type { Io } from '../io';
import { openSpeechData } from '../speech/speechData';
import { draftSpeechRun } from '../speech/draftSpeechRun';
import { refuseSpeechFlags } from '../speech/speechFlags';
import { corpusOverrides, refuseCorpusFlags } from '../corpusFlags';
import { languageData } from '../train/languageData';
import type { RunData } from '../train/preparedRun';
import { unknownCorpus } from '../train/trainFlags';
import type { PlanFlags } from './planFlags';

/** What a run changes of its preset. */
export interface RunVariant {
  readonly preset: string;
  readonly seed: number;
  readonly overrides: readonly Override[];
}

/**
 * The configuration of a run before its data is read: everything that can be refused is refused here.
 *
 * @throws UsageError as `train` does.
 */
export function draftRun({ preset, seed, overrides }: RunVariant, flags: PlanFlags): RunConfig {
  const { recipe, epochs, maxSteps } = flags;
  const request = {
    preset,
    seed,
    backend: '',
    overrides: [...corpusOverrides(flags), ...overrides],
    ...(recipe !== undefined && { recipe }),
    ...(epochs !== undefined && { epochs }),
    ...(maxSteps !== undefined && { maxSteps }),
  };
  if (findPreset(preset).unit === 'frame') {
    refuseCorpusFlags(flags);
    return draftSpeechRun(request, flags, undefined);
  }
  refuseSpeechFlags(flags);
  return resolveRun({ ...request, corpus: unknownCorpus, data: flags.data ?? '' });
}

/** How many batches a run trains and validates on. */
export interface RunLength {
  readonly steps: number;
  /** Batches of one pass over the training data and over the validation data. */
  readonly trainBatches: number;
  readonly validBatches: number;
}

/** Opens the data of a drafted run and counts. @throws as `train` does where the data cannot be read. */
export async function lengthOf(io: Io, draft: RunConfig): Promise<RunLength> {
  return draft.unit === 'frame'
    ? counted(draft, await openSpeechData(io, draft))
    : counted(draft, await languageData(draft));
}

async function counted<Config extends LanguageRunConfig | SpeechRunConfig>(
  draft: Config,
  data: RunData<Config>,
): Promise<RunLength> {
  try {
    const { plan } = data.prepare({ ...draft, corpus: data.info });
    const trainBatches = plan.data.train.batchesPerEpoch;
    const all = trainBatches * plan.epochs;
    return {
      steps: Math.min(all, plan.maxSteps ?? all),
      trainBatches,
      validBatches: plan.data.valid?.batchesPerEpoch ?? 0,
    };
  } finally {
    await data.close();
  }
}
