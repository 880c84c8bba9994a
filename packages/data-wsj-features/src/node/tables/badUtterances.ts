import { DataError } from '@bnrnn/core';
import type { DroppedUtterance } from '../../directory/dropped';

/** An utterance whose features cannot be used, and the sentence that says why. */
export interface BadUtterance {
  readonly key: string;
  readonly error: DataError;
}

const mostNamed = 20;

/** The same as the report of a data set has it. */
export function asDropped(bad: readonly BadUtterance[]): DroppedUtterance[] {
  return bad.map(({ key, error }) => ({ key, reason: 'bad features', detail: error.message }));
}

/** The one error for all of them; the error of the utterance itself where it is the only one. */
export function badUtterancesError(
  list: string,
  bad: readonly BadUtterance[],
  of: number,
): DataError {
  const [first] = bad;
  const hint =
    'Make them anew, or leave them out: --bad-utterances drop (in a program, badUtterances: "drop").';
  if (first !== undefined && bad.length === 1) {
    return new DataError(first.error.message, {
      hint: first.error.hint ?? hint,
      cause: first.error,
    });
  }
  const named = bad.slice(0, mostNamed).map(({ error }) => `\n  ${error.message}`);
  const more = bad.length > named.length ? `\n  and ${bad.length - named.length} more` : '';
  return new DataError(
    `${list}: the features of ${bad.length} of ${of} utterances cannot be used:${named.join('')}${more}`,
    { hint },
  );
}

/** The result of reading an utterance; what is wrong with it where that is a DataError. */
export async function badOr<Value>(
  key: string,
  reading: Promise<Value>,
): Promise<{ value: Value } | { bad: BadUtterance }> {
  try {
    return { value: await reading };
  } catch (error) {
    if (error instanceof DataError) return { bad: { key, error } };
    throw error;
  }
}
