import { afterEach, describe, expect, it, vi } from 'vitest';
import { letOthersRun } from './letOthersRun';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

describe.each([
  { where: 'in Node', prepare: () => undefined },
  { where: 'in a page', prepare: () => vi.stubGlobal('setImmediate', undefined) },
])('letOthersRun $where', ({ prepare }) => {
  it('lets a timer run and asks for none, because browsers make a chain of timers wait', async () => {
    prepare();
    const due: string[] = [];
    setTimeout(() => due.push('timer'), 1);
    const asked = vi.spyOn(globalThis, 'setTimeout');
    for (const begun = performance.now(); due.length === 0 && performance.now() - begun < 5000;) {
      await letOthersRun();
    }
    expect(due).toEqual(['timer']);
    expect(asked).not.toHaveBeenCalled();
  });

  it('resolves each of several calls', async () => {
    prepare();
    const order: number[] = [];
    await Promise.all([1, 2, 3].map((call) => letOthersRun().then(() => order.push(call))));
    expect(order).toEqual([1, 2, 3]);
  });
});
