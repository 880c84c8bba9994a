import type { LeftOut } from '@bnrnn/core';
import type { SpeechSplit } from '@bnrnn/experiments';

const mostNamed = 20;

/** The utterances of a split that a run leaves out, by reason. */
export function leftOutOf(
  split: LeftOut['split'],
  { dropped }: Pick<SpeechSplit, 'dropped'>,
  tooLong: readonly string[] = [],
): LeftOut[] {
  const byReason = new Map<string, string[]>();
  const add = (reason: string, key: string): void => {
    const keys = byReason.get(reason);
    if (keys === undefined) byReason.set(reason, [key]);
    else keys.push(key);
  };
  for (const { reason, key } of dropped) add(reason, key);
  for (const key of tooLong) add('too long', key);
  return [...byReason].map(([reason, keys]) => ({ split, reason, keys }));
}

/** One of them as a sentence, with the first keys; `result.json` has all. */
export function leftOutText({ split, reason, keys }: LeftOut): string {
  const named = keys.slice(0, mostNamed).join(', ');
  const more = keys.length > mostNamed ? ` and ${keys.length - mostNamed} more` : '';
  const many = keys.length === 1 ? 'utterance was' : 'utterances were';
  return `${split}: ${keys.length} ${many} left out (${reason}): ${named}${more}.`;
}

/** What is wrong with features that cannot be used, a sentence an utterance; of many the first. */
export function badFeatureLines(
  dropped: readonly { readonly reason: string; readonly detail?: string }[],
): string[] {
  const bad = dropped.flatMap(({ reason, detail }) =>
    reason === 'bad features' && detail !== undefined ? [detail] : [],
  );
  const more = bad.length > mostNamed ? [`and ${bad.length - mostNamed} more like these`] : [];
  return [...bad.slice(0, mostNamed), ...more];
}
