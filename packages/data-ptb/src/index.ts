export type { VocabularyLimits } from './chooseTypes';
export { firstTokens, type TokenLimits } from './firstTokens';
export type { MarkovSource } from './markovSource';
export { synthetic, type SyntheticCorpus, type SyntheticOptions } from './synthetic';
export { textLevels, type SplitName, type TextCorpus, type TextLevel } from './textCorpus';
export { corpusOfText, type TextOptions } from './text/corpusOfTexts';
export { expectShares, type SplitShares } from './text/cutTokens';
export type { TextSource } from './text/scanText';
export {
  BatchTooLargeError,
  stateResets,
  streamLayouts,
  tokenBatches,
  type StateReset,
  type StreamLayout,
  type TokenBatches,
  type TokenBatchesOptions,
} from './tokenBatches';
export { readTokens, type StoredTokens, type Tokens } from './tokens';
export { vocabularyFromData, type Vocabulary } from './vocabulary';
