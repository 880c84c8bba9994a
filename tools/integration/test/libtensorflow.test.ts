import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const tool = join(import.meta.dirname, '..', '..', 'libtensorflow');
const folder = mkdtempSync(join(tmpdir(), 'bnrnn-libtensorflow-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const load = async <Module>(name: string): Promise<Module> =>
  (await import(pathToFileURL(join(tool, name)).href)) as Module;

/** A Python with the package zipfile writes archives as `pip wheel` does: deflated. */
function writeWheel(name: string, files: Readonly<Record<string, string>>): string {
  const file = join(folder, name);
  const script = `
import json, sys, zipfile
with zipfile.ZipFile(sys.argv[1], 'w', zipfile.ZIP_DEFLATED) as wheel:
    for name, text in json.load(sys.stdin).items():
        wheel.writestr(name, text)`;
  execFileSync('python3', ['-c', script, file], { input: JSON.stringify(files) });
  return file;
}

/** Runs the script; its two streams and status. */
function build(args: readonly string[], path?: string) {
  const run = spawnSync(process.execPath, [join(tool, 'build.mjs'), ...args], {
    encoding: 'utf8',
    env: { ...process.env, ...(path === undefined ? {} : { PATH: path }) },
  });
  return { status: run.status, out: run.stdout, said: run.stderr.trim().split('\n') };
}

const long = 'library '.repeat(100_000);

describe('wheels', () => {
  interface Wheel {
    unpackWheel: (
      file: string,
      target: string,
      wanted: (name: string) => boolean,
    ) => Promise<readonly string[]>;
  }
  let unpackWheel: Wheel['unpackWheel'];
  const everything = (): boolean => true;

  beforeAll(async () => {
    ({ unpackWheel } = await load<Wheel>('wheel.mjs'));
  });

  it('gives the files that are wanted, byte for byte', async () => {
    const wheel = writeWheel('a.whl', { 'x/long.so': long, 'x/empty.h': '', 'y/other.py': 'no' });
    const target = join(folder, 'unpacked');
    const names = await unpackWheel(wheel, target, (name) => name.startsWith('x/'));
    expect(names).toEqual(['x/long.so', 'x/empty.h']);
    expect(readFileSync(join(target, 'x', 'long.so'), 'utf8')).toBe(long);
    expect(readFileSync(join(target, 'x', 'empty.h'), 'utf8')).toBe('');
    expect(() => readFileSync(join(target, 'y', 'other.py'))).toThrow('ENOENT');
  });

  it('says what is wrong with a file that is no wheel, cut off, damaged or escapes', async () => {
    const text = join(folder, 'text.whl');
    writeFileSync(text, long);
    await expect(unpackWheel(text, folder, everything)).rejects.toThrow('is no wheel');
    await expect(unpackWheel(join(folder, 'gone.whl'), folder, everything)).rejects.toThrow(
      'The wheel cannot be read',
    );
    const damaged = readFileSync(writeWheel('b.whl', { 'x/long.so': long }));
    damaged[200] = (damaged[200] ?? 0) ^ 0xff;
    const file = join(folder, 'damaged.whl');
    writeFileSync(file, damaged);
    await expect(unpackWheel(file, folder, everything)).rejects.toThrow('is damaged');
    const escaping = writeWheel('c.whl', { '../out.txt': 'x' });
    await expect(unpackWheel(escaping, join(folder, 'in'), everything)).rejects.toThrow(
      'has a file outside of its own folder',
    );
  });
});

describe('the functions of the C API', () => {
  it('that sources call are listed once, classes of their own left out', async () => {
    const { calledFunctions } = await load<{ calledFunctions: (folder: string) => string[] }>(
      'symbols.mjs',
    );
    const sources = join(folder, 'binding');
    mkdirSync(sources);
    writeFileSync(join(sources, 'a.cc'), 'TF_NewStatus(); TFE_Execute(op); TF_NewStatus();');
    writeFileSync(join(sources, 'b.h'), 'TF_AutoStatus(); TF_Version(); OTHER_Call();');
    writeFileSync(join(sources, 'c.txt'), 'TF_NotCode();');
    expect(calledFunctions(sources)).toEqual(['TFE_Execute', 'TF_NewStatus', 'TF_Version']);
  });

  it.runIf(process.platform === 'linux')('that a library lacks are found', async () => {
    const { missingFunctions } = await load<{
      missingFunctions: (library: object, names: readonly string[]) => Promise<string[]>;
    }>('symbols.mjs');
    const source = join(folder, 'small.c');
    writeFileSync(
      source,
      'int TF_One(void) { return 1; } static int TF_Hidden(void) { return 2; }',
    );
    execFileSync('cc', ['-shared', '-fPIC', '-o', join(folder, 'small.so'), source]);
    const library = { folder, main: 'small.so', framework: 'small.so' };
    expect(await missingFunctions(library, ['TF_Hidden', 'TF_One', 'TF_Two'])).toEqual([
      'TF_Hidden',
      'TF_Two',
    ]);
  });
});

describe.runIf(process.platform === 'linux')('libraries', () => {
  interface Libraries {
    readFolder(given: string): { folder: string; main: string; include: string };
    checkProcessor(library: object): Promise<void>;
    findInPython(python: string): Promise<string | null>;
  }
  let libraries: Libraries;

  beforeAll(async () => {
    libraries = await load<Libraries>('library.mjs');
  });

  function libraryFolder(name: string, files: readonly string[]): string {
    const place = join(folder, name);
    for (const file of files) {
      mkdirSync(join(place, file, '..'), { recursive: true });
      writeFileSync(join(place, file), '');
    }
    return place;
  }

  it("are found in Python's package and in the C release", () => {
    const header = 'include/tensorflow/c/c_api.h';
    const python = libraryFolder('python', [
      'libtensorflow_cc.so.2',
      'libtensorflow_framework.so.2',
      header,
    ]);
    expect(libraries.readFolder(python)).toMatchObject({
      folder: python,
      main: 'libtensorflow_cc.so.2',
      include: join(python, 'include'),
    });
    const release = libraryFolder('release', [
      'lib/libtensorflow.so.2',
      'lib/libtensorflow_framework.so.2',
      header,
    ]);
    expect(libraries.readFolder(release)).toMatchObject({
      folder: join(release, 'lib'),
      main: 'libtensorflow.so.2',
      include: join(release, 'include'),
    });
  });

  it('that are not there, or have no headers, are named', () => {
    expect(() => libraries.readFolder(folder)).toThrow('holds no libtensorflow_cc.so.2');
    const bare = libraryFolder('bare', ['libtensorflow.so.2', 'libtensorflow_framework.so.2']);
    expect(() => libraries.readFolder(bare)).toThrow('has the library but no headers');
  });

  it('for another processor are refused', async () => {
    const header = Buffer.alloc(20);
    header.write('\x7fELF', 'latin1');
    header.writeUInt16LE(process.arch === 'arm64' ? 62 : 183, 18);
    writeFileSync(join(folder, 'foreign.so'), header);
    const other = process.arch === 'arm64' ? 'x64' : 'arm64';
    await expect(libraries.checkProcessor({ folder, main: 'foreign.so' })).rejects.toThrow(
      `is a library for ${other}, and this Node is for ${process.arch}.`,
    );
  });

  it('are found in a Python without importing anything', async () => {
    const python = join(folder, 'python3');
    writeFileSync(python, '#!/bin/sh\necho /somewhere/tensorflow\n');
    chmodSync(python, 0o755);
    expect(await libraries.findInPython(python)).toBe('/somewhere/tensorflow');
    writeFileSync(python, '#!/bin/sh\necho\n');
    expect(await libraries.findInPython(python)).toBeNull();
    expect(await libraries.findInPython(join(folder, 'gone'))).toBeNull();
  });
});

describe.runIf(process.platform === 'linux')('the script', () => {
  it('explains itself', () => {
    const { status, out } = build(['--help']);
    expect(status).toBe(0);
    expect(out).toContain('--pip PACKAGE');
  });

  it('names a wrong flag and where help is', () => {
    const { status, said } = build(['--whel', 'x']);
    expect(status).toBe(2);
    expect(said[0]).toContain('--whel');
    expect(said[1]).toBe('node tools/libtensorflow/build.mjs --help');
  });

  it('says what to do where python3 has no TensorFlow', () => {
    const { status, said } = build([], folder);
    expect(status).toBe(1);
    expect(said).toEqual([
      'python3 has no TensorFlow, and no other source was named.',
      'node tools/libtensorflow/build.mjs --pip tensorflow-cpu==2.21.0 (a download of 270 MB), or --help',
    ]);
  });

  it('needs a project with tfjs-core', () => {
    const project = join(folder, 'project');
    mkdirSync(project);
    const { status, said } = build(['--library', folder, '--project', project, '--out', folder]);
    expect(status).toBe(1);
    expect(said[0]).toBe(`${project} has no @tensorflow/tfjs-core.`);
  });
});
