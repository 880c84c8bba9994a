import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Tensor } from '@tensorflow/tfjs-core';
import { commands, type Found } from './problem';
import type { TfjsNodePackage } from './tfjsNode';

const tfjsVersion = '4.22.0';

/** The environment variable that names a folder made by tools/libtensorflow. */
const variable = 'BNRNN_TFJS_NODE';

/** A package of tfjs for TensorFlow, not loaded yet. */
export interface TfjsNodePlace {
  readonly packageName: TfjsNodePackage;
  /** Its main file. */
  readonly entry: string;
  /** Its folder. */
  readonly folder: string;
  /** The folder that `BNRNN_TFJS_NODE` names; absent where npm installed it. */
  readonly built?: string;
}

/**
 * Finds tfjs-node: in the folder that `BNRNN_TFJS_NODE` names, which serves both backends, otherwise
 * as npm installed it.
 */
export function findTfjsNode(
  name: TfjsNodePackage,
  built: string | undefined = process.env[variable],
): Found<TfjsNodePlace> {
  const packageName = built ? '@tensorflow/tfjs-node' : name;
  const from = createRequire(built ? join(built, 'package.json') : import.meta.url);
  try {
    const entry = from.resolve(packageName);
    const folder = dirname(from.resolve(`${packageName}/package.json`));
    return { value: { packageName, entry, folder, ...(built ? { built } : {}) } };
  } catch {
    return { problem: notFound(name, built) };
  }
}

/**
 * Whether a found package can share tfjs with this one: tfjs is one engine for each process, and two
 * copies of its core overwrite each other.
 */
export function findSecondCore(place: TfjsNodePlace): Found<true> {
  const from = createRequire(place.entry);
  const core = '@tensorflow/tfjs-core';
  try {
    const file = from.resolve(core);
    const folder = dirname(from.resolve(`${core}/package.json`));
    const loaded = from.cache[file]?.exports as { Tensor?: unknown } | undefined;
    if (loaded?.Tensor === Tensor) return { value: true };
    return {
      problem: {
        reason: `There are two copies of ${core}: ${place.packageName} would load ${folder}, and this process has loaded another.`,
        fix: place.built
          ? `${commands.buildForCpu} --out ${place.built} --project FOLDER (FOLDER: where your project's package.json lies)`
          : `npm install ${core}@${tfjsVersion} ${place.packageName}@${tfjsVersion} && npm dedupe`,
      },
    };
  } catch {
    return {
      problem: {
        reason: `${place.packageName} in ${place.folder} lacks ${core}.`,
        fix: `npm install ${core}@${tfjsVersion}`,
      },
    };
  }
}

function notFound(name: TfjsNodePackage, built: string | undefined) {
  if (!built) {
    const install = name === '@tensorflow/tfjs-node' ? commands.buildForCpu : commands.buildForGpu;
    return {
      reason: `The package ${name} is not installed.`,
      fix: `${install} (or, where its download works: npm install ${name}@${tfjsVersion})`,
      absent: true,
    };
  }
  const what = existsSync(built) ? 'holds no @tensorflow/tfjs-node' : 'does not exist';
  return {
    reason: `${variable} names ${built}, which ${what}.`,
    fix: `${commands.buildForCpu} --out ${built}`,
  };
}
