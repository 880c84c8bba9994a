/** Controls (C0, DEL, C1), line separators, lone surrogates, bidirectional and invisible characters. */
const unseen = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}\ufff9-\ufffb]/gu;

/**
 * Text with every character that a terminal obeys or does not show written as `\uXXXX`: escape and the
 * other controls (newline and tab too), bidirectional marks, zero-width and other invisible characters.
 *
 * The escapes are JSON's: a line of JSON stays one and keeps its value. Escaping twice changes nothing.
 *
 * @see Unicode TR 36, section 3.6, and "Trojan Source" (CVE-2021-42574) for what such text can do.
 */
export function escapeUnseen(text: string): string {
  return text.replace(unseen, (character) =>
    character.replace(
      /[^]/g,
      (unit) => String.raw`\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
    ),
  );
}
