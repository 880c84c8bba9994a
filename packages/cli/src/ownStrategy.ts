import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { DataError, UsageError } from '@bnrnn/core';
import type { RunConfig } from '@bnrnn/experiments';
import type { FromSpecOptions } from '@bnrnn/recurrent';
import type { Command } from 'commander';

export interface StrategyFlags {
  readonly strategy?: string;
}

type Strategies = NonNullable<FromSpecOptions['strategies']>;

/** A normalization strategy of the user's own, and the file that it came from. */
export interface OwnStrategy {
  readonly strategies: Strategies;
  /** What `config.json` holds of it. */
  readonly files: NonNullable<RunConfig['strategies']>;
}

export function addStrategyFlag(command: Command): Command {
  return command.option(
    '--strategy <file>',
    'a module whose default export is a normalization strategy of your own; its kind is a value of --normalize and of --set model.normalize.PLACEMENT',
  );
}

/**
 * Loads the module of `--strategy`; without the flag there is no strategy of the user's own.
 *
 * @throws UsageError where the file cannot be read or loaded, or its default export is no strategy.
 */
export async function readStrategy({ strategy: file }: StrategyFlags): Promise<OwnStrategy> {
  if (file === undefined) return { strategies: [], files: [] };
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (cause) {
    throw new UsageError(`--strategy: ${file} is missing or cannot be read.`, { cause });
  }
  let module: { readonly default?: unknown };
  try {
    module = (await import(pathToFileURL(resolve(file)).href)) as typeof module;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError(`--strategy: ${file} cannot be loaded: ${reason}`, {
      hint: 'It is a JavaScript module, e.g. own.mjs, and imports what is installed beside it.',
      cause,
    });
  }
  const strategy = module.default;
  if (!isStrategy(strategy)) {
    throw new UsageError(
      `--strategy: the default export of ${file} is no strategy, expected { kind, create }.`,
      { hint: 'kind is its name; create(fields, where) gives the normalizer of a specification.' },
    );
  }
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { strategies: [strategy], files: [{ kind: strategy.kind, sha256 }] };
}

/**
 * Refuses another strategy than the run was trained with.
 *
 * @throws UsageError where the run has one and none is given; DataError where the file is another one.
 */
export function expectSameStrategy({ strategies = [] }: RunConfig, { files }: OwnStrategy): void {
  for (const { kind, sha256 } of strategies) {
    const given = files.find((file) => file.kind === kind);
    if (given === undefined) {
      throw new UsageError(
        `The run was trained with the normalization strategy "${kind}", which is not built in.`,
        { hint: 'Name its file: --strategy FILE.' },
      );
    }
    if (given.sha256 === sha256) continue;
    throw new DataError(
      `--strategy: the file of "${kind}" has SHA-256 ${given.sha256}, expected ${sha256} as in training.`,
      { hint: 'Was it edited since? Take the version that the run was trained with.' },
    );
  }
}

function isStrategy(value: unknown): value is Strategies[number] {
  if (typeof value !== 'object' || value === null) return false;
  const { kind, create } = value as Partial<Strategies[number]>;
  return typeof kind === 'string' && typeof create === 'function';
}
