export { readPtb, type ReadPtbOptions } from './readPtb';
export type { SplitName, TextCorpus } from './textCorpus';
export {
  stateResets,
  streamLayouts,
  tokenBatches,
  type StateReset,
  type StreamLayout,
  type TokenBatches,
  type TokenBatchesOptions,
} from './tokenBatches';
export { vocabularyFromData, type Vocabulary, type VocabularyData } from './vocabulary';
export { firstTokens, type TokenLimits } from './firstTokens';
export { glosses, type GlossesOptions } from './glosses';
export type { MarkovSource } from './markovSource';
export { synthetic, type SyntheticCorpus, type SyntheticOptions } from './synthetic';
