import type { Setting, SettingValue, Source } from '@bnrnn/core';

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
