import { UsageError } from '@bnrnn/core';
import { Option, type Command } from 'commander';
import { addBackendFlags, type BackendFlags } from '../backendFlags';
import { flagOf, numberFlag, wholeFlag } from '../flags';
import { addStrategyFlag, type StrategyFlags } from '../ownStrategy';
import { addFileFlags, addTransformFlags, speechFlagNames } from '../speech/speechFlags';
import { addCorpusFlags, corpusFlagNames } from '../tasks/corpusFlags';
import type { DataFlags, RunTask } from '../tasks/runTask';

/** What a command that trains many runs is told about all of them. */
export interface PlanFlags extends BackendFlags, DataFlags, StrategyFlags {
  readonly recipe?: string;
  readonly epochs?: number;
  readonly maxSteps?: number;
  readonly seeds: string;
  readonly jobs?: number;
  readonly budget?: number;
  readonly out?: string;
  readonly json?: boolean;
}

/** Adds the flags of data, backend, seeds, processes and budget. */
export function addPlanFlags(command: Command, out: string): Command {
  command.option(
    '--data <corpus>',
    "a folder with the Penn Treebank's files or a text of your own, glosses, or synthetic",
  );
  addCorpusFlags(command);
  addFileFlags(command);
  addTransformFlags(command);
  addStrategyFlag(command);
  return addBackendFlags(
    command.option('--recipe <name>', 'whose hyper-parameters (default: as for train)'),
    'auto',
  )
    .addOption(new Option('--seeds <list>', 'such as 1-3 or 1,4,7-9').default('1'))
    .addOption(
      new Option('--epochs <n>', "instead of the recipe's").argParser(wholeFlag('--epochs', 1)),
    )
    .addOption(
      new Option('--max-steps <n>', 'stop each run after so many steps').argParser(
        wholeFlag('--max-steps', 1),
      ),
    )
    .addOption(
      new Option(
        '--jobs <n>',
        'processes side by side (default: what a short bench says)',
      ).argParser(wholeFlag('--jobs', 1)),
    )
    .addOption(
      new Option('--budget <minutes>', 'save and stop after so long').argParser(
        numberFlag('--budget', { above: 0 }),
      ),
    )
    .option('--out <folder>', `where runs and tables go (default: ${out})`)
    .option('--json', 'one JSON object as the last line');
}

/** Names of flags that `train` has too and that are passed on as they are. */
const passed = [
  'data',
  ...corpusFlagNames,
  ...speechFlagNames,
  'backend',
  'precision',
  'epochs',
  'maxSteps',
  'strategy',
] as const satisfies readonly (keyof PlanFlags)[];

/** What `train` is told of data, backend and length. */
export function sharedArguments(flags: PlanFlags): string[] {
  return [
    ...passed.flatMap((name) => {
      const value = flags[name];
      if (value === undefined) return [];
      return [flagOf(name), ...(Array.isArray(value) ? value.map(String) : [String(value)])];
    }),
    ...(flags.allowCpu === true ? ['--allow-cpu'] : []),
  ];
}

/** @throws UsageError where the presets are of several tasks, whose data differ. */
export function expectOneTask(found: readonly RunTask[]): void {
  const models = [...new Set(found.map(({ task }) => `${task.model}s`))];
  if (models.length < 2) return;
  throw new UsageError(`The presets are ${models.join(' and ')}, expected one kind.`, {
    hint: 'Their data differ: use one command for each.',
  });
}
