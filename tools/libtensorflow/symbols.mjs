import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Problem, tryRun } from './problem.mjs';

/** The functions of TensorFlow's C API that C++ sources call, sorted. */
export function calledFunctions(folder) {
  const text = readdirSync(folder)
    .filter((name) => /\.(cc|h)$/.test(name))
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('\n');
  const calls = [...text.matchAll(/\b(TFE?_[A-Za-z]+)\(/g)].map(([, name]) => name);
  // TF_AutoStatus, TF_AutoTensor and TFE_AutoOp are classes of the sources themselves.
  return [...new Set(calls)].filter((name) => !/^TFE?_Auto/.test(name)).sort();
}

/** Those of `names` that neither of the library's two files exports. */
export async function missingFunctions({ folder, main, framework }, names) {
  const exported = new Set();
  for (const file of [main, framework]) {
    const { code, out, all } = await tryRun('nm', ['-D', '--defined-only', join(folder, file)]);
    if (code !== 0) {
      throw new Problem(
        `nm cannot read ${join(folder, file)}: ${all.trim().split('\n').at(-1)}.`,
        'Install the compiler with its tools (Debian: apt-get install g++ make python3).',
      );
    }
    for (const line of out.split('\n')) {
      const [, type, name] = line.split(' ');
      if (type === 'T') exported.add(name.split('@')[0]);
    }
  }
  return names.filter((name) => !exported.has(name));
}
