/** A quoted example: after a semicolon or colon or at the start, with who said it. */
const quoted = /(?:^|[;:])\s*"([^"]*)"\s*(?:-[^;"]*)?/g;

/**
 * An abbreviation with its points, or letters and digits joined by hyphens, by apostrophes and,
 * between digits, by `.,:/^`.
 */
const token =
  /(?:mrs?|ms|dr|st|jr|sr|vs)\.|(?:[a-z]\.){2,}|[a-z0-9]+(?:[-'][a-z0-9]+|(?<=\d)[.,:/^]\d[a-z0-9]*)*'?|[$&]/g;

const number = /^\d[\d.,:/^-]*$/;
const clitic = /^(.+?)(n't|'s|'re|'ve|'ll|'d|'m)$/;

/**
 * Cuts one WordNet gloss into sentences: its definition, then each quoted example. Who said an
 * example is left out.
 */
export function glossSentences(gloss: string): string[] {
  const examples: string[] = [];
  const definition = gloss.replace(quoted, (_, example: string) => {
    examples.push(example);
    return ';';
  });
  return [definition, ...examples];
}

/**
 * Writes a sentence the way Mikolov's Penn Treebank does: lower case, no punctuation, `N` for a
 * number, `'s` and `n't` words of their own, `'` after a plural.
 */
export function pennTokens(sentence: string): string[] {
  const plain = sentence.toLowerCase().replace(/`([^'`]*)'/g, '$1');
  return (plain.match(token) ?? []).flatMap(splitToken);
}

function splitToken(word: string): string[] {
  if (word.endsWith("'")) {
    const bare = word.slice(0, -1);
    return bare.endsWith('s') ? [bare, "'"] : splitToken(bare);
  }
  if (number.test(word)) return ['N'];
  const parts = word.includes("'") ? clitic.exec(word) : null;
  return parts === null ? [word] : [...splitToken(parts[1] as string), parts[2] as string];
}
