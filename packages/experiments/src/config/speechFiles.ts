import { badUtteranceRules } from '@bnrnn/data-wsj-features';
import * as v from 'valibot';

/** Where the data of a frame classifier lies, as the caller wrote it. */
export const speechFilesSchema = v.object({
  /** Data directories: `feats.scp`, `utt2spk`, `cmvn.scp`. */
  train: v.string(),
  dev: v.string(),
  /** Alignment directories, or files of pdf-ids or phones. */
  alignments: v.array(v.string()),
  /** The transition model; absent: `final.mdl` beside the alignments, or alignments that are pdf-ids. */
  model: v.exactOptional(v.string()),
  /** The table of names, where alignments are names for each frame. */
  symbols: v.exactOptional(v.string()),
  /** What relative paths inside scp files are tried against first. */
  root: v.exactOptional(v.string()),
  /** What becomes of utterances whose features cannot be used; absent: the data is refused. */
  badUtterances: v.exactOptional(v.picklist(badUtteranceRules)),
});

export type SpeechFiles = Readonly<v.InferOutput<typeof speechFilesSchema>>;
