import { expect, test } from 'vitest';
import type { Backend } from './backend';
import { cpuBackend } from './cpuBackend';
import { registerBackend, registeredBackends } from './registry';
import { startBackend } from './startBackend';

/** A backend as somebody else would write it: no package here knows it. */
function makeBackend(name: string, isAvailable: boolean): Backend {
  return {
    name,
    probe: () => Promise.resolve({ available: isAvailable, details: 'a test' }),
    start: async (options) => ({ ...(await cpuBackend.start(options)), name, threads: 7 }),
  };
}

const names = () => registeredBackends().map(({ name }) => name);

test('auto tries what was registered in its order, then wasm and cpu', async () => {
  const before = names();
  expect(before.slice(-2)).toEqual(['wasm', 'cpu']);
  const absent = makeBackend('absent', false);
  const webgpu = makeBackend('webgpu', true);
  for (const backend of [absent, webgpu, webgpu]) registerBackend(backend);
  expect(names()).toEqual([...before.slice(0, -2), 'absent', 'webgpu', 'wasm', 'cpu']);
  expect(await startBackend('webgpu')).toMatchObject({ name: 'webgpu', threads: 7 });
  if (before.length === 2) expect((await startBackend('auto')).name).toBe('webgpu');
});

test('a name is given once', () => {
  for (const name of ['cpu', 'taken']) {
    registerBackend(name === 'cpu' ? cpuBackend : makeBackend('taken', false));
    expect(() => registerBackend(makeBackend(name, true))).toThrow(
      `registerBackend: another backend is registered as "${name}".`,
    );
  }
  for (const name of ['', 'auto']) {
    expect(() => registerBackend(makeBackend(name, true))).toThrow(
      `registerBackend: the name of a backend cannot be "${name}".`,
    );
  }
});
