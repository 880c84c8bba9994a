import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { mkdir, open, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Problem, run, tryRun } from './problem.mjs';
import { unpackWheel } from './wheel.mjs';

/** ELF's numbers for the processors that Node names. */
const machines = { x64: 62, arm64: 183, arm: 40, ppc64: 21, riscv64: 243, s390x: 22 };

/** Of a wheel only the library and the headers of its C API. */
const wanted = (name) =>
  /^tensorflow\/libtensorflow[^/]*$/.test(name) ||
  /^tensorflow\/include\/(tensorflow\/c|tsl\/c|xla\/tsl\/c)\/.*\.h$/.test(name) ||
  /^tensorflow\/include\/.*\/platform\/ctstring(_internal)?\.h$/.test(name);

/**
 * A TensorFlow library with its headers.
 *
 * @typedef {{ folder: string, main: string, framework: string, include: string }} Library
 *   folder: where the libraries lie; main, framework: their file names; include: holds `tensorflow/c/c_api.h`.
 */

/** Finds the library that a source of the command line names. @returns {Promise<Library>} */
export async function findLibrary({ kind, value }, out) {
  if (kind === 'library') return readFolder(value);
  if (kind === 'python') return readFolder(await pythonPackage(value));
  const wheel = kind === 'wheel' ? value : await downloadWheel(value, join(out, 'download'));
  const folder = join(out, 'wheel');
  await rm(folder, { recursive: true, force: true });
  const names = await unpackWheel(wheel, folder, wanted);
  if (kind === 'pip') await rm(wheel);
  if (names.length === 0) {
    throw new Problem(`${wheel} holds no TensorFlow.`, 'Take a wheel of tensorflow-cpu.');
  }
  return readFolder(join(folder, 'tensorflow'));
}

/** Where a Python has its package `tensorflow`, without importing it; null where it has none. */
export async function findInPython(python) {
  const code =
    "import importlib.util as u; s = u.find_spec('tensorflow'); print(s.submodule_search_locations[0] if s else '')";
  const { code: status, out } = await tryRun(python, ['-c', code]);
  return status === 0 && out.trim() !== '' ? out.trim() : null;
}

async function pythonPackage(python) {
  const folder = await findInPython(python);
  if (folder !== null) return folder;
  throw new Problem(
    `${python} has no TensorFlow.`,
    `${python} -m pip install tensorflow-cpu (with an NVIDIA GPU: "tensorflow[and-cuda]")`,
  );
}

async function downloadWheel(spec, folder) {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const args = ['-m', 'pip', 'download', '--quiet', '--no-deps', '--only-binary', ':all:'];
  await run(`pip could not download ${spec}`, 'python3', [...args, '-d', folder, spec]);
  const name = readdirSync(folder).find((file) => file.endsWith('.whl'));
  if (name === undefined) throw new Problem(`pip downloaded no wheel of ${spec}.`);
  return join(folder, name);
}

/** Reads a folder with `libtensorflow_cc.so.2` (Python's) or `libtensorflow.so.2` (the C release). */
export function readFolder(given) {
  const names = ['libtensorflow_cc.so.2', 'libtensorflow.so.2'];
  const folder = [given, join(given, 'lib'), join(given, 'tensorflow')].find((candidate) =>
    names.some((name) => existsSync(join(candidate, name))),
  );
  if (folder === undefined) {
    throw new Problem(
      `${given} holds no libtensorflow_cc.so.2 and no libtensorflow.so.2.`,
      'Name the folder of the Python package tensorflow (2.12 or later on Linux), or of an unpacked C release.',
    );
  }
  const real = realpathSync(folder);
  const framework = 'libtensorflow_framework.so.2';
  if (!existsSync(join(real, framework))) throw new Problem(`${folder} lacks ${framework}.`);
  const include = [join(real, 'include'), join(dirname(real), 'include')].find((candidate) =>
    existsSync(join(candidate, 'tensorflow', 'c', 'c_api.h')),
  );
  if (include === undefined) {
    throw new Problem(
      `${folder} has the library but no headers beside it (include/tensorflow/c/c_api.h).`,
    );
  }
  const main = names.find((name) => existsSync(join(real, name)));
  return { folder: real, main, framework, include };
}

/** @throws Problem where the library is for another processor than this Node. */
export async function checkProcessor({ folder, main }) {
  const handle = await open(join(folder, main));
  const { buffer } = await handle.read(Buffer.alloc(20), 0, 20, 0);
  await handle.close();
  const machine = buffer.toString('latin1', 0, 4) === '\x7fELF' ? buffer.readUInt16LE(18) : null;
  if (machine === machines[process.arch]) return;
  const found = Object.keys(machines).find((name) => machines[name] === machine) ?? 'no Linux';
  throw new Problem(
    `${join(folder, main)} is a library for ${found}, and this Node is for ${process.arch}.`,
    `Take TensorFlow for ${process.arch}, or a Node for the library's processor.`,
  );
}
