import { fault } from '../bytes/fault';
import type { FrameLayout } from '../fbank/frameLayout';
import type { PhoneTable } from './phoneTable';
import type { Segment } from './segment';

/**
 * The class of every frame: that of the label which holds the frame's middle sample,
 * begin + floor(length / 2); with 25 ms every 10 ms at 16 kHz sample 160·t + 200.
 *
 * Frames past the last label take the last one: recordings often run on a little.
 *
 * @param segments  in order of time.
 * @param count  the number of frames.
 * @param path  where the labels come from, as errors name it.
 * @returns int32 [count], ids of `phones`.
 * @throws DataError when a frame's middle lies before the first label or between two, or a label is not among
 *   the phones.
 */
export function labelFrames(
  segments: readonly Segment[],
  frames: FrameLayout,
  count: number,
  phones: PhoneTable,
  path: string,
): Int32Array {
  const ids = segments.map(({ label, begin }) => {
    const id = phones.idOf(label);
    if (id !== undefined) return id;
    throw fault(
      { file: path },
      `label "${label}" at sample ${begin} is not among the ${phones.symbols.length} phones.`,
    );
  });
  const out = new Int32Array(count);
  let at = 0;
  for (let frame = 0; frame < count; frame++) {
    const middle = frames.centre(frame);
    while (at < segments.length - 1 && middle >= (segments[at] as Segment).end) at++;
    const { begin } = segments[at] as Segment;
    if (middle < begin) {
      throw fault(
        { file: path },
        `no label holds sample ${middle}, the middle of frame ${frame}; the next one begins at ${begin}.`,
      );
    }
    out[frame] = ids[at] as number;
  }
  return out;
}
