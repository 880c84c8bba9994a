import type { CorpusInfo } from '@bnrnn/core';

/** What a run on random batches records of its data: nothing can be measured of it. */
export const randomCorpus: CorpusInfo = { name: 'random', sha256: {}, counts: {}, classes: 0 };
