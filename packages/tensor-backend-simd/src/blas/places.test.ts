import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { placesHere, placesOnWindows } from './places';

const home = realpathSync(mkdtempSync(join(tmpdir(), 'bnrnn-places-')));
afterAll(() => rmSync(home, { recursive: true }));

/** Makes an empty file and the folders above it. */
function touch(...parts: string[]): string {
  const file = join(home, ...parts);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, '');
  return file;
}

/** What is found below the home, as paths in it. */
function found(env: NodeJS.ProcessEnv): string[] {
  return placesHere({ platform: 'linux', env, home })
    .filter(({ path }) => path.startsWith(home))
    .map(({ name, path }) => `${name} ${path.slice(home.length + 1)}`);
}

describe.runIf(process.platform !== 'win32')('below the folders of Python', () => {
  touch('venv', 'lib', 'libmkl_rt.so.3');
  touch('conda', 'lib', 'libblis.so.4');
  touch('base', 'lib', 'python3.12', 'site-packages', 'numpy.libs', 'libscipy_openblas64_-1.so');
  touch('base', 'lib', 'python3.12', 'site-packages', 'numpy.libs', 'libgfortran-1.so');
  touch('base', 'bin', 'python3.12');
  touch('.local', 'share', 'bnrnn', 'local', 'lib', 'libmkl_rt.so.3');
  const venv = join(home, 'venv');
  mkdirSync(join(venv, 'bin'));
  symlinkSync(join(home, 'base', 'bin', 'python3.12'), join(venv, 'bin', 'python3'));
  const own = 'mkl .local/share/bnrnn/local/lib/libmkl_rt.so.3';
  const wheel = 'openblas base/lib/python3.12/site-packages/numpy.libs/libscipy_openblas64_-1.so';

  test('active environments, and where doctor installs', () => {
    expect(found({})).toEqual([own]);
    expect(found({ VIRTUAL_ENV: venv })).toEqual(['mkl venv/lib/libmkl_rt.so.3', own]);
    expect(found({ CONDA_PREFIX: join(home, 'conda') })).toEqual([
      'blis conda/lib/libblis.so.4',
      own,
    ]);
    expect(found({ XDG_DATA_HOME: join(home, 'elsewhere') })).toEqual([]);
  });

  test('interpreters on the path, with the one behind a virtual environment', () => {
    expect(found({ PATH: join(venv, 'bin') })).toEqual([own, 'mkl venv/lib/libmkl_rt.so.3', wheel]);
  });

  test('nothing is taken from folders that are no whole paths', () => {
    expect(found({ PATH: 'venv/bin', VIRTUAL_ENV: 'venv', CONDA_PREFIX: './conda' })).toEqual([
      own,
    ]);
  });
});

test('on Windows libraries are looked for by whole paths only', () => {
  expect(placesOnWindows({ CONDA_PREFIX: 'C:\\conda', MKLROOT: 'mkl' })).toEqual([
    { name: 'openblas', path: 'C:\\conda\\Library\\bin\\openblas.dll' },
    { name: 'mkl', path: 'C:\\conda\\Library\\bin\\mkl_rt.3.dll' },
    { name: 'mkl', path: 'C:\\conda\\Library\\bin\\mkl_rt.2.dll' },
  ]);
  expect(placesOnWindows({})).toEqual([]);
});
