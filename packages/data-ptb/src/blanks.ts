/**
 * The one rule for what separates words, in files and in prompts alike: U+0020 and every code below
 * it. A no-break space or another Unicode space is a letter of its word, as in Mikolov's tools.
 *
 * @param code  a byte of UTF-8 or a UTF-16 unit.
 */
export function isBlank(code: number): boolean {
  return code <= 0x20;
}

/** The words of a text: what stands between blanks. */
export function wordsOf(text: string): string[] {
  const words: string[] = [];
  let start = 0;
  for (let i = 0; i <= text.length; i++) {
    if (i < text.length && !isBlank(text.charCodeAt(i))) continue;
    if (i > start) words.push(text.slice(start, i));
    start = i + 1;
  }
  return words;
}
