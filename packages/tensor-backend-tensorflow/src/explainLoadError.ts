import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TfjsNodePlace } from './findTfjsNode';
import { commands, type Problem } from './problem';
import { processorOf } from './processorOf';

/** Why tfjs-node did not load: what its error means in one sentence, and the command that helps. */
export function explainLoadError(place: TfjsNodePlace, message: string): Problem {
  const rebuild = rebuildCommand(place);
  const firstLine = message.trim().split('\n')[0] ?? '';
  if (/native addon module|Cannot find module .*tfjs_binding/.test(message)) {
    return {
      reason: `${place.packageName} is installed, but its native addon is not there: npm did not run its install script, or the download failed.`,
      fix: rebuild,
    };
  }
  const foreign = librariesOf(place).find(({ processor }) => processor !== process.arch);
  if (foreign !== undefined) {
    return {
      reason: `${foreign.file} is a library for ${foreign.processor ?? 'another system'}, and this Node is for ${process.arch}.`,
      fix: rebuild,
    };
  }
  const cuda = /lib(cu[a-z]+|nv[a-zA-Z]+|nccl)[\w.-]*\.so[\d.]*/.exec(message)?.[0];
  if (cuda !== undefined) {
    return { reason: `The CUDA library ${cuda} is missing.`, fix: commands.buildForGpu };
  }
  if (/libtensorflow[\w.]*: cannot open shared object/.test(message)) {
    return {
      reason: `TensorFlow's library is not where the addon was built against it: ${firstLine}`,
      fix: rebuild,
    };
  }
  if (/undefined symbol/.test(message)) {
    return {
      reason: `TensorFlow's library is not the one that the addon was built against: ${firstLine}`,
      fix: rebuild,
    };
  }
  if (/(GLIBC|GLIBCXX|CXXABI)_[\d.]+' not found/.test(message)) {
    return {
      reason: `TensorFlow's library needs a newer system: ${firstLine}`,
      fix: `${commands.buildForCpu.replace('2.21.0', '2.15.1')} (an older TensorFlow)`,
    };
  }
  return { reason: `${place.packageName} does not load: ${firstLine}`, fix: rebuild };
}

/** The addon and the library that it was built against, where they are Linux libraries. */
function librariesOf(place: TfjsNodePlace): { file: string; processor: string | null }[] {
  if (process.platform !== 'linux') return [];
  const files = [join(place.folder, 'lib', 'napi-v8', 'tfjs_binding.node')];
  const library = builtAgainst(place);
  if (library !== null) {
    files.push(
      ...['libtensorflow_cc.so.2', 'libtensorflow.so.2'].map((name) => join(library, name)),
    );
  }
  return files
    .filter((file) => existsSync(file))
    .map((file) => ({ file, processor: processorOf(file) }));
}

/** The folder of the library that tools/libtensorflow built the addon against. */
function builtAgainst({ folder }: TfjsNodePlace): string | null {
  try {
    const record = readFileSync(join(folder, '..', '..', '..', 'build.json'), 'utf8');
    return (JSON.parse(record) as { library: string }).library;
  } catch {
    return null;
  }
}

function rebuildCommand(place: TfjsNodePlace): string {
  return builtAgainst(place) === null
    ? `npm rebuild ${place.packageName} (or, where its download fails: ${commands.buildForCpu})`
    : commands.buildForCpu;
}
