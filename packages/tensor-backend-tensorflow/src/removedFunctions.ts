import util from 'node:util';

/** What tfjs-node 4.22 calls of `node:util`, and Node 23 removed. */
const removed = {
  isNullOrUndefined: (value: unknown): boolean => value === null || value === undefined,
  isArray: (value: unknown): boolean => Array.isArray(value),
};

/** Gives `node:util` back the functions that tfjs-node calls, where this Node has them no more. */
export function restoreRemovedFunctions(target: object = util): void {
  for (const [name, value] of Object.entries(removed)) {
    if (!(name in target)) {
      Object.defineProperty(target, name, { value, configurable: true, writable: true });
    }
  }
}
