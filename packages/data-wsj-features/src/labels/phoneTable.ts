import { UsageError } from '@bnrnn/core';
import { fault, printable } from '../bytes/fault';
import { readTextLines } from '../scp/readTextLines';

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
 * Reads a symbol table: lines of `SYMBOL ID`. Ids are whole numbers, each given once.
 *
 * @throws DataError naming line and byte offset when it is not of that form.
 */
export async function readPhoneTable(path: string): Promise<PhoneTable> {
  const ids = new Map<string, number>();
  const taken = new Set<number>();
  for await (const { text, line, offset } of readTextLines(path)) {
    if (text === '') continue;
    const fail = (problem: string): never => {
      throw fault({ file: path, offset }, `line ${line} ${problem}.`);
    };
    const match = /^(\S+)[ \t]+(\d{1,9})$/.exec(text);
    if (match === null) return fail('is not SYMBOL ID');
    const [, symbol = '', number] = match;
    const id = Number(number);
    if (ids.has(symbol)) fail(`has the symbol ${printable(symbol)} a second time`);
    if (taken.has(id)) fail(`has the id ${id} a second time`);
    ids.set(symbol, id);
    taken.add(id);
  }
  if (ids.size === 0) throw fault({ file: path }, 'has no symbols.');
  return tableOf(ids);
}

/** The table as text: a line of `SYMBOL ID` for each. */
export function formatPhoneTable(table: PhoneTable): string {
  return table.symbols.map((symbol) => `${symbol} ${idIn(table, symbol)}\n`).join('');
}

/** Compares as Kaldi sorts: by bytes (`LC_ALL=C`). */
export function byteOrder(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
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
