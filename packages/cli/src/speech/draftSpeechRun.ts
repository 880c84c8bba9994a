import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { resolveSpeechRun, type RunConfig, type SpeechRunConfig } from '@bnrnn/experiments';
import { UsageError } from '@bnrnn/core';
import { unknownCorpus, type RunRequest } from '../train/trainFlags';
import { speechFiles, transformOverrides, type SpeechFlags } from './speechFlags';

/**
 * What a frame classifier's run is asked for, before its data is opened. Speaker statistics are applied
 * by default where the training directory has a `cmvn.scp`.
 *
 * @throws UsageError for a missing flag, `--data`, or settings that cannot be.
 */
export function draftSpeechRun(
  request: RunRequest,
  flags: SpeechFlags & { readonly data?: string },
  stored: RunConfig | undefined,
): SpeechRunConfig {
  if (flags.data !== undefined) {
    throw new UsageError(
      '--data is a flag of language models, and the preset is a frame classifier.',
      {
        hint: 'Name the data directories and alignments: --train DIR --dev DIR --alignments DIR [--model FILE].',
      },
    );
  }
  // A run of another task is refused by its preset.
  const before = stored?.unit === 'frame' ? stored.data : undefined;
  const data = speechFiles(flags, before);
  return resolveSpeechRun({
    ...request,
    overrides: [...transformOverrides(flags), ...(request.overrides ?? [])],
    corpus: unknownCorpus,
    data,
    speakerStatistics: existsSync(join(data.train, 'cmvn.scp')),
  });
}
