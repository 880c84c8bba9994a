export { createArkWriter, writeArk, type ArkWriter, type ArkWriterOptions } from './ark/arkWriter';
export type { Entry, EntryKind } from './ark/entry';
export { formatEntry } from './ark/formatEntry';
export type { AlignmentTable, FeatureTable } from './features';
export type { Matrix } from './matrix';
export type { Audio } from './audio/audio';
export { parseAudio, readAudio } from './audio/readAudio';
export { filterbank, type Filterbank } from './fbank/filterbank';
export { windowKinds, type FilterbankOptions, type WindowKind } from './fbank/filterbankOptions';
export { frameLayout, type FrameLayout, type FrameLayoutOptions } from './fbank/frameLayout';
export type { UtteranceOrder } from './utterances/epochOrder';
export type { Utterance, UtteranceTables } from './utterances/loadBatch';
export {
  utteranceBatches,
  type UtteranceBatches,
  type UtteranceBatchesOptions,
} from './utterances/utteranceBatches';
