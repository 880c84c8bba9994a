/** Watches how large the largest single typed array or buffer is that is made while an action runs. */
export async function largestAllocation<Result>(
  action: () => Promise<Result>,
): Promise<{ result: Result; bytes: number }> {
  let largest = 0;
  const note = (bytes: number): void => {
    largest = Math.max(largest, bytes);
  };
  const undo = [
    ...(['Uint8Array', 'Uint16Array', 'Int32Array', 'Float32Array', 'Float64Array'] as const).map(
      (name) => watchConstructor(name, note),
    ),
    watchMethod('alloc', note),
    watchMethod('allocUnsafe', note),
  ];
  try {
    return { result: await action(), bytes: largest };
  } finally {
    for (const restore of undo) restore();
  }
}

type Arrays = 'Uint8Array' | 'Uint16Array' | 'Int32Array' | 'Float32Array' | 'Float64Array';

function watchConstructor(name: Arrays, note: (bytes: number) => void): () => void {
  const original = globalThis[name];
  const watched = new Proxy(original, {
    construct(target, parameters: unknown[], newTarget) {
      const made = Reflect.construct(target, parameters, newTarget) as { byteLength: number };
      // A view of bytes that are there already is no allocation.
      if (!(parameters[0] instanceof ArrayBuffer)) note(made.byteLength);
      return made;
    },
  });
  Object.assign(globalThis, { [name]: watched });
  return () => void Object.assign(globalThis, { [name]: original });
}

function watchMethod(name: 'alloc' | 'allocUnsafe', note: (bytes: number) => void): () => void {
  const before = Object.getOwnPropertyDescriptor(Buffer, name);
  const original = before?.value as (size: number) => Buffer;
  const watched = (size: number): Buffer => {
    note(size);
    return original.call(Buffer, size);
  };
  Object.assign(Buffer, { [name]: watched });
  return () => void Object.assign(Buffer, { [name]: original });
}
