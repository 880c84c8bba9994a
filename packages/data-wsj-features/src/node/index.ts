export { createArkWriter, writeArk, type ArkWriter, type ArkWriterOptions } from './ark/arkWriter';
export { readAudio, type ReadAudioOptions } from './audio/readAudio';
export {
  openDataDirectory,
  type DataDirectory,
  type DataDirectoryOptions,
} from './directory/openDataDirectory';
export { extract, type ExtractOptions, type ExtractReport } from './extract/extract';
export { findRecordings, type FindRecordingsOptions } from './extract/findRecordings';
export type { Recording, RecordingPart } from './extract/recording';
export { readPhoneMap, readPhoneTable, readSegments } from './labels/labelFiles';
export type { ResolveOptions } from './scp/resolveArchive';
export type { ReadOptions } from './scp/targetReader';
export {
  synthesizeSpeech,
  type SynthesizeSpeechOptions,
  type SyntheticSpeech,
} from './synthetic/synthesizeSpeech';
export { openFeatures, type OpenedFeatures, type OpenFeaturesOptions } from './tables/openFeatures';
export { readEntries, type ReadEntriesOptions } from './tables/readEntries';
export { readAlignments, type ReadAlignmentsOptions } from './transitions/readAlignments';
export { readTransitionModel } from './transitions/readTransitionModel';
