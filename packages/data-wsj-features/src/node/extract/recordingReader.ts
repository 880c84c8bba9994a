import type { Audio } from '../../audio/audio';
import { readAudio, type ReadAudioOptions } from '../audio/readAudio';
import { fault } from '../../bytes/fault';
import type { Recording, RecordingPart } from './recording';

/** How far a part may go past the end of its recording and is cut off there: as Kaldi's `extract-segments` has it. */
const mostOvershoot = 0.5;

/** Reads recordings and cuts their parts out; the last one stays in memory, since its parts often follow each other. */
export class RecordingReader {
  #last: { readonly name: string; readonly audio: Promise<Audio> } | undefined;

  constructor(readonly options: ReadAudioOptions) {}

  /** @throws DataError with one sentence where the recording is bad, or its part lies outside of it. */
  async read({ path, part, utterance }: Recording): Promise<Audio> {
    if (part === undefined) return readAudio(path, this.options);
    const channel = part.channel === undefined ? this.options.channel : part.channel + 1;
    const name = `${channel ?? ''} ${path}`;
    const last =
      this.#last?.name === name
        ? this.#last
        : {
            name,
            audio: readAudio(path, { ...this.options, ...(channel !== undefined && { channel }) }),
          };
    this.#last = last;
    return cut(await last.audio, part, path, utterance);
  }
}

/** The samples of a part: begin and end in seconds become whole samples, rounded down as Kaldi does. */
function cut(audio: Audio, part: RecordingPart, path: string, utterance: string): Audio {
  const { samples, sampleRate } = audio;
  const begin = Math.trunc(part.begin * sampleRate);
  const end = part.end === undefined ? samples.length : Math.trunc(part.end * sampleRate);
  const most = samples.length + Math.trunc(mostOvershoot * sampleRate);
  if (begin < samples.length && end <= most) {
    return { sampleRate, samples: samples.subarray(begin, Math.min(end, samples.length)) };
  }
  const wanted = part.end === undefined ? `from ${part.begin}` : `${part.begin} to ${part.end}`;
  const length = (samples.length / sampleRate).toFixed(2);
  throw fault(
    { file: path, key: utterance },
    `the segment is ${wanted} seconds, the recording has ${length}.`,
    { hint: 'Do segments and wav.scp belong together?' },
  );
}
