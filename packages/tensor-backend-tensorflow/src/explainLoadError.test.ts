import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { explainLoadError } from './explainLoadError';
import { elfHeader, temporaryFolder } from '../test/fakeTfjsNode';
import type { TfjsNodePlace } from './findTfjsNode';
import { processorOf } from './processorOf';

const packageName = '@tensorflow/tfjs-node';
const rebuild = 'node tools/libtensorflow/build.mjs --pip tensorflow-cpu==2.21.0';
const machines = { x64: 62, arm64: 183 };
const here = process.arch as keyof typeof machines;
const there = here === 'x64' ? 'arm64' : 'x64';

/** A folder as tools/libtensorflow makes it, whose addon and library are headers alone. */
function builtFolder(addon: number, library: number): TfjsNodePlace {
  const root = temporaryFolder();
  const folder = join(root, 'node_modules', '@tensorflow', 'tfjs-node');
  mkdirSync(join(folder, 'lib', 'napi-v8'), { recursive: true });
  writeFileSync(join(folder, 'lib', 'napi-v8', 'tfjs_binding.node'), elfHeader(addon));
  writeFileSync(join(root, 'libtensorflow_cc.so.2'), elfHeader(library));
  writeFileSync(join(root, 'build.json'), JSON.stringify({ library: root }));
  return { packageName, folder, entry: join(folder, 'index.js') };
}

const place: TfjsNodePlace = { packageName, folder: '/none/tfjs-node', entry: '/none/index.js' };

test.each([
  [
    'The Node.js native addon module (tfjs_binding.node) can not be found at path: /x. \nPlease run',
    'is installed, but its native addon is not there: npm did not run its install script, or the download failed.',
  ],
  [
    'libtensorflow_cc.so.2: cannot open shared object file: No such file or directory',
    "TensorFlow's library is not where the addon was built against it: libtensorflow_cc.so.2: cannot open",
  ],
  ['libcudnn.so.8: cannot open shared object file', 'The CUDA library libcudnn.so.8 is missing.'],
  ['libcublasLt.so.12: cannot open', 'The CUDA library libcublasLt.so.12 is missing.'],
  ['/a.node: undefined symbol: TFE_NewContext', 'is not the one that the addon was built against'],
  [
    "/lib/libc.so.6: version `GLIBC_2.38' not found (required by x)",
    "TensorFlow's library needs a newer system: /lib/libc.so.6: version",
  ],
  ['its process was ended by SIGILL.', 'does not load: its process was ended by SIGILL.'],
])('%s', (message, sentence) => {
  const { reason, fix } = explainLoadError(place, message);
  expect(reason).toContain(sentence);
  expect(reason).not.toContain('\n');
  expect(fix).toMatch(/^(npm|node|python3) /);
});

describe.runIf(process.platform === 'linux' && here in machines)('another processor', () => {
  const message = 'libtensorflow_cc.so.2: cannot open shared object file';

  test('of the library is named', () => {
    const built = builtFolder(machines[here], machines[there]);
    const { reason, fix } = explainLoadError(built, message);
    expect(reason).toMatch(/libtensorflow_cc\.so\.2 is a library for \w+, and this Node is for/);
    expect(reason).toContain(`for ${there}, and this Node is for ${here}.`);
    expect(fix).toBe(rebuild);
  });

  test('of the addon is named', () => {
    const built = builtFolder(machines[there], machines[here]);
    expect(explainLoadError(built, message).reason).toMatch(/tfjs_binding\.node is a library for/);
  });

  test('is not what is wrong where both fit', () => {
    const built = builtFolder(machines[here], machines[here]);
    expect(explainLoadError(built, message).reason).toContain('is not where the addon was built');
  });
});

test('a file that is no library has no processor', () => {
  const file = join(temporaryFolder(), 'text');
  writeFileSync(file, 'plain text, long enough for a header');
  expect(processorOf(file)).toBeNull();
  expect(processorOf(`${file}.gone`)).toBeNull();
});
