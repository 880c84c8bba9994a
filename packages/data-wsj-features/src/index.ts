export { createArkWriter, writeArk, type ArkWriter, type ArkWriterOptions } from './ark/arkWriter';
export { encodeEntry, type EncodedEntry } from './ark/encodeEntry';
export type { Entry, EntryKind, EntryOf } from './ark/entry';
export { formatEntry } from './ark/formatEntry';
export type { Audio } from './audio/audio';
export type { AudioOptions } from './audio/audioOptions';
export { parseAudio, readAudio, type ReadAudioOptions } from './audio/readAudio';
export { accumulateCmvn, applyCmvn, type CmvnKind } from './cmvn/cmvn';
export { addDeltas, type DeltaOptions } from './deltas/deltas';
export {
  badUtteranceRules,
  type BadUtteranceRule,
  type DroppedUtterance,
  type DropReason,
} from './directory/dropped';
export {
  joinUtterances,
  type JoinedUtterances,
  type JoinOptions,
} from './directory/joinUtterances';
export {
  openDataDirectory,
  type DataDirectory,
  type DataDirectoryOptions,
} from './directory/openDataDirectory';
export { extract, type ExtractOptions, type ExtractReport } from './extract/extract';
export { findRecordings, speakerRules, type FindRecordingsOptions } from './extract/findRecordings';
export type { Recording, RecordingPart } from './extract/recording';
export { filterbank, type Filterbank } from './fbank/filterbank';
export { windowKinds, type FilterbankOptions, type WindowKind } from './fbank/filterbankOptions';
export { frameLayout, type FrameLayout, type FrameLayoutOptions } from './fbank/frameLayout';
export type { AlignmentTable, FeatureTable } from './features';
export { labelFrames } from './labels/labelFrames';
export { mapSegments, readPhoneMap, type PhoneMap } from './labels/phoneMap';
export { phoneTable, readPhoneTable, type PhoneTable } from './labels/phoneTable';
export { readSegments } from './labels/readSegments';
export type { Segment } from './labels/segment';
export type { Matrix } from './matrix';
export type { ResolveOptions } from './scp/resolveArchive';
export type { ReadOptions } from './scp/targetReader';
export { openFeatures, type OpenedFeatures, type OpenFeaturesOptions } from './tables/openFeatures';
export { readEntries, type ReadEntriesOptions } from './tables/readEntries';
export { withCmvn, withDeltas } from './tables/transformed';
export { alignmentToPdfs } from './transitions/alignmentToPdfs';
export { readAlignments, type ReadAlignmentsOptions } from './transitions/readAlignments';
export { readTransitionModel, type TransitionModel } from './transitions/transitionModel';
export type { UtteranceOrder } from './utterances/epochOrder';
export type { Utterance, UtteranceTables } from './utterances/loadBatch';
export {
  utteranceBatches,
  type UtteranceBatches,
  type UtteranceBatchesOptions,
} from './utterances/utteranceBatches';
export {
  synthesizeSpeech,
  type SynthesizeSpeechOptions,
  type SyntheticSpeech,
} from './synthetic/synthesizeSpeech';
