import { parseRange, type MatrixRange } from './matrixRange';

/** Where an scp line says that the object of a key is. */
export type ScpTarget =
  | {
      readonly kind: 'file';
      readonly path: string;
      /** Byte offset in the file; undefined when the object is the whole file. */
      readonly offset: number | undefined;
      readonly range: MatrixRange | undefined;
    }
  | { readonly kind: 'command'; readonly command: string; readonly range: MatrixRange | undefined };

/** A line of an scp, and its number from 1. */
export interface ScpLine {
  readonly key: string;
  readonly target: ScpTarget;
  readonly line: number;
}

/**
 * Parses what stands behind the key of an scp line: `PATH`, `PATH:OFFSET`, either with a range in brackets, or a
 * command that ends in `|`. Gives text saying what is wrong where Kaldi would refuse it.
 */
export function parseScpTarget(text: string): ScpTarget | string {
  const bracket = text.endsWith(']') ? text.indexOf('[') : -1;
  let range: MatrixRange | undefined;
  if (text.endsWith(']')) {
    if (bracket <= 0) return 'has a "]" at its end without a path and "[" before it';
    range = parseRange(text.slice(bracket + 1, -1));
    if (range === undefined) return `has no range in "${text.slice(bracket)}"`;
  }
  const rest = bracket === -1 ? text : text.slice(0, bracket);
  if (rest === '-') return 'names standard input, expected a file';
  if (/^\s|\s$/.test(rest)) return 'has a blank before its range';
  if (rest.endsWith('|')) {
    const command = rest.slice(0, -1).trim();
    if (command === '') return 'has no command before its "|"';
    return { kind: 'command', command, range };
  }
  if (rest.includes('|')) return 'has a "|" that is not at its end';
  const offset = /^(.+):(\d{1,15})$/.exec(rest);
  if (offset === null) return { kind: 'file', path: rest, offset: undefined, range };
  return { kind: 'file', path: offset[1] ?? '', offset: Number(offset[2]), range };
}
