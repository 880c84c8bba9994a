import { batchNorm, recurrentBatchNorm } from '@bnrnn/normalization';
import { languageModel, lstm, type SequenceModel } from '@bnrnn/recurrent';
import { startBackend } from '@bnrnn/tensor-backend';
import { testBackends } from '@bnrnn/test-utils';
import { beforeAll, describe, test } from 'vitest';
import { expectSameBits } from './expectSameBits';

/** Two LSTM layers, normalized in two ways, with dropout. */
function model(): SequenceModel {
  return languageModel({
    vocabulary: 11,
    embedding: 5,
    layers: [
      lstm({ units: 4, normalize: { inputToHidden: batchNorm({ over: 'frame' }) } }),
      lstm({ units: 3, normalize: recurrentBatchNorm({ maxSteps: 3 }) }),
    ],
    dropout: 0.3,
    initializer: { kind: 'uniform', range: 0.3 },
    seed: 4,
  });
}

describe.each(testBackends())('on %s a resumed run ends in the same bits', (backend) => {
  beforeAll(async () => {
    await startBackend(backend);
  });

  test.each(['sgd', 'momentum', 'adam'] as const)('with %s', (kind) => expectSameBits(kind, model));
});
