import { describe, expect, it } from 'vitest';
import { speechFiles } from './speechFlags';

const named = { train: 'a', dev: 'b', alignments: ['c'] };

describe('speechFiles', () => {
  it('takes the flags, and what the run has where one is left out', () => {
    const stored = { ...named, symbols: 'phones.txt', root: 'here' };
    expect(speechFiles({}, stored)).toEqual(stored);
    expect(speechFiles({ ...named, symbols: 'other.txt' })).toEqual({
      ...named,
      symbols: 'other.txt',
    });
    expect(speechFiles({ train: 'z', symbols: 'other.txt' }, stored)).toEqual({
      ...stored,
      train: 'z',
      symbols: 'other.txt',
    });
  });

  it('leaves the stored model for symbols that are named now, and the other way round', () => {
    expect(speechFiles({ symbols: 's' }, { ...named, model: 'm' })).toEqual({
      ...named,
      symbols: 's',
    });
    expect(speechFiles({ model: 'm' }, { ...named, symbols: 's' })).toEqual({
      ...named,
      model: 'm',
    });
  });

  it('names the flag that is missing', () => {
    expect(() => speechFiles({ train: 'a', alignments: ['c'] })).toThrow(
      'A frame classifier needs --dev.',
    );
  });
});
