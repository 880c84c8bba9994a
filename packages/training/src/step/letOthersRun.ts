/** Lets timers, signal handlers and, in a page, the event loop run before the work goes on. */
export function letOthersRun(): Promise<void> {
  return new Promise((resolve) => {
    // A timeout of a browser waits for milliseconds; Node's setImmediate does not.
    const { setImmediate: soon } = globalThis as Partial<Pick<typeof globalThis, 'setImmediate'>>;
    if (soon === undefined) setTimeout(resolve, 0);
    else soon(resolve);
  });
}
