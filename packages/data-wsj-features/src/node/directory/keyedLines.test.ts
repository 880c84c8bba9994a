import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../test/support/temporaryFolder';
import { readFrameCounts, readSpeakers } from './keyedLines';

const folder = temporaryFolder();

describe('readSpeakers and readFrameCounts', () => {
  it('read a value for each key, in the order of the file', async () => {
    const speakers = await readSpeakers(folder.write('utt2spk', 'b_1 bob\na_1\tann\r\na_2  ann\n'));
    expect([...speakers]).toEqual([
      ['b_1', 'bob'],
      ['a_1', 'ann'],
      ['a_2', 'ann'],
    ]);
    const frames = await readFrameCounts(folder.write('utt2num_frames', 'b 0\na 123456789\n'));
    expect([...frames]).toEqual([
      ['b', 0],
      ['a', 123_456_789],
    ]);
  });

  it.each([
    ['a 1\nb\n', /utt2num_frames, byte 4: line 2 is "b", expected "UTTERANCE FRAMES"\./],
    ['a 1 2\n', /byte 0: line 1 is "a 1 2"/],
    ['a 1.5\n', /line 1 is "a 1\.5"/],
    ['a -1\n', /line 1 is "a -1"/],
    ['a 1234567890\n', /line 1 is "a 1234567890"/],
    ['a 1\n\n', /byte 4: line 2 is ""/],
    ['a 1\nb 2\na 1\n', /utt2num_frames, key a, byte 8: the key stands twice\./],
  ])('refuse %j', async (content, message) => {
    await expect(readFrameCounts(folder.write('utt2num_frames', content))).rejects.toThrow(message);
  });
});
