/** "a", "a and b", "a, b and c". */
export function sentenceList(items: readonly string[]): string {
  const [last = ''] = items.slice(-1);
  const before = items.slice(0, -1);
  return before.length === 0 ? last : `${before.join(', ')} and ${last}`;
}
