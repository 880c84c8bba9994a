import { UsageError } from '@bnrnn/core';
import { byteOrder } from '../bytes/byteText';
import { fault } from '../bytes/fault';
import type { ByteSource } from '../bytes/byteSource';
import { parseSymbols } from './parseSymbols';

/** The classes of frames by name and number: Kaldi's `phones.txt`. */
export interface PhoneTable {
  /** In order of their ids. */
  readonly symbols: readonly string[];
  /** One more than the largest id. */
  readonly classes: number;
  idOf(symbol: string): number | undefined;
}

/** Numbers symbols from 0 in the order of their bytes. */
export function phoneTable(symbols: Iterable<string>): PhoneTable {
  const sorted = [...new Set(symbols)].sort(byteOrder);
  return tableOf(new Map(sorted.map((symbol, id) => [symbol, id])));
}

/**
 * Parses a symbol table: lines of `SYMBOL ID`.
 *
 * @throws DataError naming line and byte offset when it is not of that form, holds a symbol twice, or nothing.
 */
export async function parsePhoneTable(source: ByteSource): Promise<PhoneTable> {
  const ids = await parseSymbols(source);
  if (ids.size === 0) throw fault({ file: source.path }, 'has no symbols.');
  return tableOf(ids);
}

/** The table as text: a line of `SYMBOL ID` for each. */
export function formatPhoneTable(table: PhoneTable): string {
  return table.symbols.map((symbol) => `${symbol} ${idIn(table, symbol)}\n`).join('');
}

function tableOf(ids: ReadonlyMap<string, number>): PhoneTable {
  const symbols = [...ids.keys()].sort((a, b) => (ids.get(a) ?? 0) - (ids.get(b) ?? 0));
  const last = symbols.at(-1);
  return {
    symbols,
    classes: last === undefined ? 0 : (ids.get(last) ?? 0) + 1,
    idOf: (symbol) => ids.get(symbol),
  };
}

function idIn(table: PhoneTable, symbol: string): number {
  const id = table.idOf(symbol);
  if (id === undefined) throw new UsageError(`formatPhoneTable: ${symbol} has no id.`);
  return id;
}
