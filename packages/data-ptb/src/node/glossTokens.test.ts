import { describe, expect, it } from 'vitest';
import { glossSentences, pennTokens } from './glossTokens';

describe('a gloss', () => {
  it.each([
    ['a tangible entity', ['a tangible entity']],
    [
      'a whole; "the team is a unit"; "lard; or butter"',
      ['a whole;;', 'the team is a unit', 'lard; or butter'],
    ],
    ['done for another: "he sent Smith in"', ['done for another;', 'he sent Smith in']],
    ['a quality; "it is not strained"--Shakespeare', ['a quality;', 'it is not strained']],
    [
      'a medium; "it is rare" - Ernie Kovacs; "she saw it"',
      ['a medium;;', 'it is rare', 'she saw it'],
    ],
    ['promise as in "carrot and stick"; "use it"', ['promise as in "carrot and stick";', 'use it']],
    ['"thank you"', [';', 'thank you']],
  ])('%j has the sentences %j', (gloss, sentences) => {
    expect(glossSentences(gloss)).toEqual(sentences);
  });
});

describe('Penn Treebank tokens', () => {
  it.each([
    ['(golf) A handicap, of zero strokes;', 'golf a handicap of zero strokes'],
    ["the company's 1st drivers' boat", "the company 's 1st drivers ' boat"],
    ["they can't, won't; we'd say they've", "they ca n't wo n't we 'd say they 've"],
    ["five o'clock", "five o'clock"],
    ["the `late' train of `cats'", 'the late train of cats'],
    ["the 'late' train", 'the late train'],
    ['(1675-1758), 25,000 at 3:00, 2^60, 5/8, -2.5%', 'N N at N N N N'],
    ["in the 1920's and 1970s", "in the N 's and 1970s"],
    ['a 30-year, 3-dimensional, well-known one', 'a 30-year 3-dimensional well-known one'],
    ['$5 for R&D', '$ N for r & d'],
    ['e.g. the U.S. and Mr. Smith at 9 a.m.', 'e.g. the u.s. and mr. smith at N a.m.'],
    ['the first. the best...', 'the first the best'],
    ['either/or -- x-ray - it', 'either or x-ray it'],
    ['?!', ''],
  ])('%j become %j', (sentence, tokens) => {
    expect(pennTokens(sentence).join(' ')).toBe(tokens);
  });
});
