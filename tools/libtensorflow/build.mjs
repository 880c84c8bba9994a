/**
 * `node tools/libtensorflow/build.mjs`: builds the native addon of @tensorflow/tfjs-node against a
 * TensorFlow library that this system already has, or that PyPI has. See README.md beside this file.
 */
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { compileAddon, installPackage, tfjsVersion, tryAddon } from './addon.mjs';
import { checkProcessor, findInPython, findLibrary } from './library.mjs';
import { Problem } from './problem.mjs';
import { calledFunctions, missingFunctions } from './symbols.mjs';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const say = (line) => process.stdout.write(`${line}\n`);

const usage = `node tools/libtensorflow/build.mjs [SOURCE...] [--out DIR] [--project DIR]

SOURCE: where TensorFlow's library is; several are tried in their order. By default: --python python3
  --python PROGRAM    the package tensorflow (or tensorflow-cpu) of a Python
  --library DIR       a folder with libtensorflow_cc.so.2 or libtensorflow.so.2
  --wheel FILE        a wheel of tensorflow or tensorflow-cpu
  --pip PACKAGE       the same, downloaded by pip, e.g. tensorflow-cpu==2.21.0
--out DIR       where tfjs-node goes (default: .tfjs-node in this repository)
--project DIR   whose @tensorflow/tfjs-core it shares (default: this repository)`;

try {
  await main();
} catch (error) {
  if (!(error instanceof Problem)) throw error;
  process.stderr.write(`${error.message}\n${error.hint ? `${error.hint}\n` : ''}`);
  process.exitCode = error.status;
}

async function main() {
  const { sources, out, project, help } = readArguments();
  if (help) return say(usage);
  if (process.platform !== 'linux') {
    throw new Problem(
      `This script knows Linux only, and this is ${process.platform}.`,
      `npm install @tensorflow/tfjs-node@${tfjsVersion}`,
    );
  }
  if (sources.length === 0) sources.push(await defaultSource());
  say(`installing @tensorflow/tfjs-node ${tfjsVersion} in ${out}`);
  const addon = await installPackage(out, project);
  const called = calledFunctions(join(addon, 'binding'));
  const { source, library } = await firstComplete(sources, called, out);
  say(`compiling the addon against ${join(library.folder, library.main)}`);
  await compileAddon(out, addon, library);
  const { tensorflow, gpu } = await tryAddon(addon);
  const record = {
    tensorflow,
    gpu,
    source,
    library: library.folder,
    project,
    node: process.version,
  };
  await writeFile(join(out, 'build.json'), `${JSON.stringify(record, null, 2)}\n`);
  say(`TensorFlow ${tensorflow} ${gpu ? 'on a GPU' : 'on the CPU'} multiplies through it.`);
  say(`For the backends node and node-gpu:\n  export BNRNN_TFJS_NODE=${out}`);
}

/** The first source whose library fits this processor and has every function that is called. */
async function firstComplete(sources, called, out) {
  const problems = [];
  for (const { kind, value } of sources) {
    const source = `--${kind} ${value}`;
    try {
      const library = await findLibrary({ kind, value }, out);
      await checkProcessor(library);
      const missing = await missingFunctions(library, called);
      if (missing.length === 0) return { source, library };
      const names = missing.slice(0, 3).join(', ');
      throw new Problem(
        `The library lacks ${missing.length} of ${called.length} functions: ${names}${missing.length > 3 ? ', ...' : ''}.`,
        'Take another version; 2.15 and 2.21 have all.',
      );
    } catch (error) {
      if (!(error instanceof Problem) || sources.length === 1) throw error;
      say(`${source}: ${error.message}`);
      problems.push(`${source}: ${error.message}`);
    }
  }
  throw new Problem('No source has a library that fits.', problems.join('\n'));
}

async function defaultSource() {
  if ((await findInPython('python3')) !== null) return { kind: 'python', value: 'python3' };
  throw new Problem(
    'python3 has no TensorFlow, and no other source was named.',
    'node tools/libtensorflow/build.mjs --pip tensorflow-cpu==2.21.0 (a download of 270 MB), or --help',
  );
}

function readArguments() {
  const kinds = ['python', 'library', 'wheel', 'pip'];
  const text = { type: 'string' };
  try {
    const { values, tokens } = parseArgs({
      options: {
        ...Object.fromEntries(kinds.map((kind) => [kind, { ...text, multiple: true }])),
        out: { ...text, default: join(repository, '.tfjs-node') },
        project: { ...text, default: repository },
        help: { type: 'boolean', short: 'h' },
      },
      tokens: true,
    });
    const sources = tokens
      .filter(({ kind, name }) => kind === 'option' && kinds.includes(name))
      .map(({ name, value }) => ({ kind: name, value }));
    return {
      sources,
      out: resolve(values.out),
      project: resolve(values.project),
      help: values.help,
    };
  } catch (error) {
    throw new Problem(`${error.message}.`, 'node tools/libtensorflow/build.mjs --help', 2);
  }
}
