export interface ReadAheadOptions<Item> {
  readonly count: number;
  /** Starts to load one item. */
  readonly load: (index: number) => Promise<Item>;
  /** Bytes that an item takes once it is loaded. */
  readonly bytesOf: (index: number) => number;
  /** Items are loaded ahead while they and the one in use take no more than this. */
  readonly maxBytes: number;
  /** The most that are loaded ahead, however small. */
  readonly maxItems: number;
}

/**
 * Items in their order, the next ones already being loaded while one is used.
 *
 * One item more than the one in use is always on its way, even where it alone takes more than
 * `maxBytes`. Leaving the loop early waits for nothing and drops what was on its way.
 *
 * @throws what `load` rejects with, at the item's own turn.
 */
export async function* readAhead<Item>(
  options: ReadAheadOptions<Item>,
): AsyncGenerator<Item, void, undefined> {
  const { count, load, bytesOf, maxBytes, maxItems } = options;
  const pending: Promise<Item>[] = [];
  let bytes = 0;
  let next = 0;
  for (let current = 0; current < count; current++) {
    const fits = (): boolean =>
      pending.length < 2 || (bytes + bytesOf(next) <= maxBytes && pending.length <= maxItems);
    while (next < count && fits()) {
      bytes += bytesOf(next);
      const item = load(next++);
      // A failure is told at its turn; before that nobody awaits it.
      item.catch(() => undefined);
      pending.push(item);
    }
    yield await (pending[0] as Promise<Item>);
    void pending.shift();
    bytes -= bytesOf(current);
  }
}
