import { relative } from 'node:path';
import { root } from './machine.mjs';

/** A flag's value as a whole number from 1. Ends the process with a sentence for anything else. */
export function whole(name, value) {
  const number = Number(value);
  if (Number.isInteger(number) && number >= 1) return number;
  return refuse(`--${name} is ${value}, expected a whole number from 1`);
}

/** Ends the process: the command was not understood. */
export function refuse(reason) {
  process.stderr.write(`${relative(root, process.argv[1])}: ${reason}.\n`);
  process.exit(2);
}
