import { createRequire } from 'node:module';
import { keepGradients } from '@bnrnn/tensor-backend';
import { explainLoadError } from './explainLoadError';
import { findSecondCore, findTfjsNode } from './findTfjsNode';
import type { Found } from './problem';
import { restoreRemovedFunctions } from './removedFunctions';
import type { TfjsNode, TfjsNodePackage } from './tfjsNode';
import { withEnvironment } from './withEnvironment';

/** Loads tfjs-node into this process, quietly, with what this Node lacks. */
export function loadTfjsNode(
  name: TfjsNodePackage,
  environment: Readonly<Record<string, string>>,
): Found<TfjsNode> {
  const found = findTfjsNode(name);
  if (found.value === undefined) return found;
  const copies = findSecondCore(found.value);
  if (copies.value === undefined) return copies;
  const { entry } = found.value;
  restoreRemovedFunctions();
  try {
    const load = () => createRequire(entry)(entry) as TfjsNode;
    // Warnings and above; a library prints no greetings.
    const quiet = { TF_CPP_MIN_LOG_LEVEL: process.env['TF_CPP_MIN_LOG_LEVEL'] ?? '2' };
    return { value: withEnvironment({ ...quiet, ...environment }, () => keepGradients(load)) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { problem: explainLoadError(found.value, message) };
  }
}
