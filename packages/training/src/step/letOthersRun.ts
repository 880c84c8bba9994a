/**
 * Lets timers, signal handlers and, in a page, the event loop run before the work goes on.
 *
 * A page has no `setImmediate`. A message to itself is a task as well; a timeout would wait: browsers
 * give the fifth timeout of a chain, and each after it, 4 ms at least.
 */
export function letOthersRun(): Promise<void> {
  return new Promise((resolve) => {
    const { setImmediate: soon } = globalThis as Partial<Pick<typeof globalThis, 'setImmediate'>>;
    if (soon !== undefined) {
      soon(resolve);
      return;
    }
    const { port1: here, port2: there } = new MessageChannel();
    const goOn = (): void => {
      // An open port would keep a runtime from ending.
      here.close();
      resolve();
    };
    // Node's types, with which other packages read this file, do not have the property.
    Object.assign(here, { onmessage: goOn });
    there.postMessage(undefined);
  });
}
