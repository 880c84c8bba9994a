export { encodeEntry, type EncodedEntry } from './ark/encodeEntry';
export type { Entry, EntryKind, EntryOf, EntryOptions } from './ark/entry';
export { formatEntry } from './ark/formatEntry';
export { parseEntries } from './ark/parseEntries';
export type { Audio } from './audio/audio';
export type { AudioOptions } from './audio/audioOptions';
export { parseAudio } from './audio/parseAudio';
export { blobSource } from './bytes/blobSource';
export type { ByteSource } from './bytes/byteSource';
export { accumulateCmvn, applyCmvn, type CmvnKind } from './cmvn/cmvn';
export { addDeltas, type DeltaOptions } from './deltas/deltas';
export type { DroppedUtterance, DropReason } from './directory/dropped';
export {
  joinUtterances,
  type JoinedUtterances,
  type JoinOptions,
} from './directory/joinUtterances';
export { filterbank, type Filterbank } from './fbank/filterbank';
export { windowKinds, type FilterbankOptions, type WindowKind } from './fbank/filterbankOptions';
export { frameLayout, type FrameLayout, type FrameLayoutOptions } from './fbank/frameLayout';
export type { AlignmentTable, FeatureTable } from './features';
export { labelFrames } from './labels/labelFrames';
export { parseSegments } from './labels/parseSegments';
export { mapSegments, parsePhoneMap, type PhoneMap } from './labels/phoneMap';
export { parsePhoneTable, phoneTable, type PhoneTable } from './labels/phoneTable';
export type { Segment } from './labels/segment';
export type { Matrix } from './matrix';
export { withCmvn, withDeltas } from './tables/transformed';
export { parseTransitionModel, type TransitionModel } from './transitions/transitionModel';
export type { UtteranceOrder } from './utterances/epochOrder';
export type { Utterance, UtteranceTables } from './utterances/loadBatch';
export {
  utteranceBatches,
  type UtteranceBatches,
  type UtteranceBatchesOptions,
} from './utterances/utteranceBatches';
