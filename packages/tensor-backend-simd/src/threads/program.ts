import { type Arguments, type Names, type Numbers, split } from './arguments';
import type { Thread } from './thread';

/** A computation that all threads run together, each on its part, told apart by `thread.part`. */
export interface Program<Given = Numbers> {
  /** Of its arguments, one a word. */
  readonly names: Names;
  run(thread: Thread, given: Given): void;
}

/** Defines a program with the names of its arguments: whoever runs it gives each of them a number. */
export function program<const Given extends Names>(
  names: Given,
  run: (thread: Thread, given: Arguments<Given>) => void,
): Program<Arguments<Given>> {
  return { names: split(names), run };
}
