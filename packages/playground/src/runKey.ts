import { Sha256 } from '@bnrnn/core';
import type { Text } from './messages';
import { addressOf, type Settings } from './settings';

/** What a run is kept under: its settings and its text. */
export function runKey(settings: Settings, text: Text): string {
  const parts = [addressOf(settings), text.name, text.content].join('\n');
  return new Sha256().update(new TextEncoder().encode(parts)).hex().slice(0, 16);
}
