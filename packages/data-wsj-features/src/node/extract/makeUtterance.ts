import { fault } from '../../bytes/fault';
import { addDeltas } from '../../deltas/deltas';
import type { Filterbank } from '../../fbank/filterbank';
import { labelFrames } from '../../labels/labelFrames';
import type { PhoneMap } from '../../labels/phoneMap';
import type { PhoneTable } from '../../labels/phoneTable';
import type { Matrix } from '../../matrix';
import { readLabels } from './readLabels';
import type { Recording } from './recording';
import type { RecordingReader } from './recordingReader';

/** What becomes of one recording. */
export interface MadeUtterance {
  readonly features: Matrix;
  readonly labels: Int32Array | undefined;
  readonly framesPastLabels: number;
}

export interface UtteranceSettings {
  readonly reader: RecordingReader;
  readonly bank: Filterbank;
  /** Orders of derivatives. */
  readonly order: number;
  readonly phones: PhoneTable | undefined;
  readonly phoneMap: PhoneMap | undefined;
}

/** Reads a recording and its labels; DataError with one sentence when either is bad. */
export async function makeUtterance(
  recording: Recording,
  { reader, bank, order, phones, phoneMap }: UtteranceSettings,
): Promise<MadeUtterance> {
  const { path, utterance, labels: labelFile } = recording;
  const audio = await reader.read(recording);
  if (audio.sampleRate !== bank.options.sampleRate) {
    const wanted = `expected ${bank.options.sampleRate}`;
    throw fault({ file: path }, `has ${audio.sampleRate} samples a second, ${wanted}.`, {
      hint: `Name its rate: --sample-rate ${audio.sampleRate} (in a program, sampleRate: ${audio.sampleRate}).`,
    });
  }
  const statics = bank.compute(audio, utterance);
  if (statics.rows === 0) {
    const length = `${audio.samples.length} samples`;
    const key = recording.part === undefined ? {} : { key: utterance };
    throw fault(
      { file: path, ...key },
      `has ${length}, less than one frame of ${bank.frames.length}.`,
    );
  }
  const features = order === 0 ? statics : addDeltas(statics, { order });
  if (phones === undefined || labelFile === undefined) {
    return { features, labels: undefined, framesPastLabels: 0 };
  }
  const segments = await readLabels(labelFile, phoneMap);
  const labels = labelFrames(segments, bank.frames, statics.rows, phones, labelFile);
  const end = segments.at(-1)?.end ?? 0;
  let past = 0;
  while (past < statics.rows && bank.frames.centre(statics.rows - 1 - past) >= end) past++;
  return { features, labels, framesPastLabels: past };
}
