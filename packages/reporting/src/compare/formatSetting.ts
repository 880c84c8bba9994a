import { absent } from '../formatNumber';

/** A setting's value as a reader writes it: text without quotes, anything else as JSON. */
export function formatSetting(value: unknown): string {
  if (value === undefined) return absent;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
