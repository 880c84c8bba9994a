import { describe, expect, it } from 'vitest';
import { readAhead } from './readAhead';

interface Watched {
  readonly started: number[];
  options: Parameters<typeof readAhead<number>>[0];
}

function watched(count: number, bytes: number[], more: { fail?: number; maxItems?: number } = {}) {
  const started: number[] = [];
  const { fail, maxItems = 4 } = more;
  const options = {
    count,
    load: (index: number) => {
      started.push(index);
      return index === fail
        ? Promise.reject(new Error(`item ${index} is broken`))
        : Promise.resolve(10 * index);
    },
    bytesOf: (index: number) => bytes[index % bytes.length]!,
    maxBytes: 100,
    maxItems,
  };
  return { started, options } satisfies Watched;
}

describe('readAhead', () => {
  it('gives every item in its order', async () => {
    const { options, started } = watched(6, [30]);
    const got: number[] = [];
    for await (const item of readAhead(options)) got.push(item);
    expect(got).toEqual([0, 10, 20, 30, 40, 50]);
    expect(started).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('starts as many as fit, and the next when one is done', async () => {
    const { options, started } = watched(9, [30]);
    const items = readAhead(options);
    await items.next();
    expect(started).toEqual([0, 1, 2]); // 3 · 30 bytes fit into 100, a fourth does not.
    await items.next();
    expect(started).toEqual([0, 1, 2, 3]);
  });

  it('has one more on its way even where that is more than it may hold', async () => {
    const { options, started } = watched(5, [500]);
    const items = readAhead(options);
    await items.next();
    expect(started).toEqual([0, 1]);
    await items.next();
    expect(started).toEqual([0, 1, 2]);
  });

  it('loads no more than so many items, however small', async () => {
    const { options, started } = watched(50, [0], { maxItems: 3 });
    await readAhead(options).next();
    expect(started).toEqual([0, 1, 2, 3]);
  });

  it('tells a failure at its turn, not before', async () => {
    const { options } = watched(5, [30], { fail: 2 });
    const items = readAhead(options);
    expect((await items.next()).value).toBe(0);
    expect((await items.next()).value).toBe(10);
    await expect(items.next()).rejects.toThrow('item 2 is broken');
  });

  it('ends where the loop is left, failures ahead of it untold', async () => {
    const { options, started } = watched(9, [30], { fail: 2 });
    for await (const item of readAhead(options)) {
      if (item === 10) break;
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(started.length).toBeLessThan(6);
  });
});
