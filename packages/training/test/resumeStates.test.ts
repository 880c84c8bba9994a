import { natural, online, renorm, rms, weight } from '@bnrnn/normalization';
import { languageModel, lstm, type SequenceModel } from '@bnrnn/recurrent';
import { startBackend } from '@bnrnn/tensor-backend';
import { testBackends } from '@bnrnn/test-utils';
import { beforeAll, describe, test } from 'vitest';
import { expectSameBits } from './expectSameBits';

/** Strategies whose state the backward pass measures, counts updates, or is none, at every placement. */
function strategies(): SequenceModel {
  const rise = { plainUpdates: 2, rRise: 6, dRise: 4 };
  return languageModel({
    vocabulary: 11,
    embedding: 5,
    normalizeEmbedding: online(),
    layers: [
      lstm({
        units: 4,
        normalize: {
          inputToHidden: online({ groups: 4 }),
          hiddenToHidden: online(),
          cell: renorm(rise),
          hiddenToOutput: rms(),
        },
      }),
      lstm({
        units: 3,
        normalize: {
          inputToHidden: weight(),
          hiddenToHidden: weight(),
          hiddenToOutput: renorm(rise),
        },
      }),
    ],
    dropout: 0.3,
    initializer: { kind: 'uniform', range: 0.3 },
    seed: 4,
  });
}

/** Layers that whiten their inputs: estimated after steps 1, 4, 8, ..., so that runs are left between two of them. */
function whitenedInputs(): SequenceModel {
  const estimated = natural({ every: 4, sampleEvery: 3 });
  return languageModel({
    vocabulary: 11,
    embedding: 5,
    layers: [
      lstm({ units: 4, normalize: { inputToHidden: estimated } }),
      lstm({ units: 3, normalize: { inputToHidden: estimated, hiddenToHidden: weight() } }),
    ],
    dropout: 0.3,
    initializer: { kind: 'uniform', range: 0.3 },
    seed: 4,
  });
}

describe.each(testBackends())(
  'on %s a resumed run of strategies ends in the same bits',
  (backend) => {
    beforeAll(async () => {
      await startBackend(backend);
    });

    test.each([
      ['momentum', strategies],
      ['momentum', whitenedInputs],
      ['adam', whitenedInputs],
    ] as const)('with %s, %o', (kind, model) => expectSameBits(kind, model));
  },
);
