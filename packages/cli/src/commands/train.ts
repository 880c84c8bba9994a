import { normalizationChoices } from '@bnrnn/experiments';
import { Option, type Command } from 'commander';
import { addBackendFlags } from '../backendFlags';
import { addCorpusFlags } from '../tasks/corpusFlags';
import { gather, wholeFlag } from '../flags';
import type { Io } from '../io';
import { addStrategyFlag } from '../ownStrategy';
import { addFileFlags, addTransformFlags } from '../speech/speechFlags';
import { runTrain } from '../train/runTrain';
import type { TrainFlags } from '../train/trainFlags';

/** `train PRESET`: one run into one folder. */
export function addTrain(program: Command, io: Io, args: readonly string[]): void {
  const command = program
    .command('train')
    .description('train a preset into a run folder')
    .argument('<preset>', 'a row of the tables, see "bnrnn presets"')
    .option(
      '--data <corpus>',
      "a folder with the Penn Treebank's files or a text of your own, glosses, or synthetic",
    );
  addCorpusFlags(command);
  addStrategyFlag(command);
  addFileFlags(command);
  addTransformFlags(command).option(
    '--recipe <name>',
    'whose hyper-parameters (default: authors-code; speech: paper-text)',
  );
  addBackendFlags(command, 'auto')
    .addOption(
      new Option('--seed <n>', 'weights, dropout and order (default: 1)').argParser(
        wholeFlag('--seed', 0),
      ),
    )
    .addOption(
      new Option('--epochs <n>', "instead of the recipe's").argParser(wholeFlag('--epochs', 1)),
    )
    .addOption(
      new Option('--max-steps <n>', 'stop after so many steps').argParser(
        wholeFlag('--max-steps', 1),
      ),
    )
    .option('--out <folder>', 'the run folder (default: runs/PRESET-RECIPE-seedN)')
    .option('--resume', 'continue the run in --out')
    .addOption(
      new Option('--set <path=value>', 'change one setting; may be repeated').argParser(gather),
    )
    .option(
      '--normalize <choice>',
      `${normalizationChoices.join(', ')}, or the kind of --strategy: normalization of W·x`,
    )
    .addOption(
      new Option(
        '--ranks <n>',
        'split each batch over n processes of an MPI (or: mpiexec -n N bnrnn train ...)',
      ).argParser(wholeFlag('--ranks', 1)),
    )
    .option('--json', 'one JSON object as the last line')
    .action((preset: string, flags: TrainFlags) => runTrain(io, args, preset, flags));
}
