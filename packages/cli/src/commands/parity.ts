import { expectOneOf, UsageError } from '@bnrnn/core';
import { findPreset, overrideReader } from '@bnrnn/experiments';
import { Option, type Command } from 'commander';
import { addComputeFlags, backendLine, backendNames } from '../backendFlags';
import { gather, wholeFlag } from '../flags';
import type { Io } from '../io';
import { addStrategyFlag, readStrategy, type StrategyFlags } from '../ownStrategy';
import { answerParity } from '../parity/answerParity';
import { compareBackends, type ParityResult } from '../parity/compareBackends';
import type { ParityRequest } from '../parity/parityRequest';
import { parityLines, worstDifference } from '../parity/parityTable';

interface ParityFlags extends StrategyFlags {
  readonly steps: number;
  readonly seed: number;
  readonly data: string;
  readonly recipe?: string;
  readonly set?: readonly string[];
  readonly threads?: number;
  readonly allowCpu?: boolean;
  readonly json?: boolean;
}

/** `parity A B PRESET`: the same training steps on two backends. */
export function addParity(program: Command, io: Io): void {
  const command = program
    .command('parity')
    .description('the same training steps on two backends, and how far their parameters are apart')
    .argument('<a>', 'a backend')
    .argument('<b>', 'another')
    .argument('<preset>', 'a row of the tables, see "bnrnn presets"')
    .addOption(
      new Option('--steps <n>', 'training steps').argParser(wholeFlag('--steps', 1)).default(50),
    )
    .addOption(
      new Option('--seed <n>', 'weights, dropout and order')
        .argParser(wholeFlag('--seed', 0))
        .default(1),
    )
    .addOption(
      new Option(
        '--data <corpus>',
        "language models: a folder with the Penn Treebank's files, glosses, or synthetic",
      ).default('synthetic'),
    )
    .option('--recipe <name>', 'whose hyper-parameters (default: authors-code; speech: paper-text)')
    .addOption(
      new Option('--set <path=value>', 'change one setting; may be repeated').argParser(gather),
    );
  addStrategyFlag(command);
  addComputeFlags(command)
    .option('--json', 'one JSON object as the last line')
    .action((a: string, b: string, preset: string, flags: ParityFlags) =>
      runParity(io, [a, b], preset, flags),
    );
  // Two backends do not share a process: parity starts this once for each.
  program
    .command('parity-backend', { hidden: true })
    .argument('<request>')
    .action((request: string) => answerParity(io, JSON.parse(request) as ParityRequest));
}

async function runParity(
  io: Io,
  named: readonly [string, string],
  preset: string,
  flags: ParityFlags,
): Promise<void> {
  findPreset(preset);
  const [a, b] = named;
  for (const name of named) expectOneOf('the backend', name, backendNames());
  if (a === b) {
    throw new UsageError(`parity compares two backends, and both are ${a}.`, {
      hint: 'bnrnn parity simd node ptb-small-tiny',
    });
  }
  const { steps, seed, data, recipe, set = [], threads, allowCpu, strategy } = flags;
  const { strategies } = await readStrategy(flags);
  const request = {
    preset,
    steps,
    seed,
    data,
    overrides: set.map(overrideReader(strategies.map(({ kind }) => kind))),
    ...(recipe !== undefined && { recipe }),
    ...(threads !== undefined && { threads }),
    ...(strategy !== undefined && { strategy }),
    ...(allowCpu !== undefined && { allowCpu }),
  };
  const result = await compareBackends(
    [
      { ...request, backend: a },
      { ...request, backend: b },
    ],
    ({ step }) => {
      if (step % 10 === 0) io.note(`step ${step} of ${steps}`);
    },
  );
  if (flags.json === true) io.out(JSON.stringify(parityJson(flags, preset, result)));
  else {
    for (const backend of result.backends) io.out(backendLine(backend));
    io.out('largest difference of each parameter as a share of its largest value:');
    for (const line of parityLines(result)) io.out(line);
  }
}

function parityJson({ seed, data }: ParityFlags, preset: string, result: ParityResult) {
  const { backends, steps } = result;
  return { preset, seed, data, backends, worst: worstDifference(steps), steps };
}
