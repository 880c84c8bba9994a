import { randomStream } from '@bnrnn/core';
import { vocabularyFromData } from '@bnrnn/data-ptb';
import { tasks } from '@bnrnn/experiments';
import { continueTokens, sampleIndex, type SequenceModel } from '@bnrnn/recurrent';
import { loadModel } from '@bnrnn/training';
import { checkpointsOf } from '@bnrnn/training/node';
import { Option, type Command } from 'commander';
import { join } from 'node:path';
import { addBackendFlags, startFlagged } from '../backendFlags';
import { numberFlag, wholeFlag } from '../flags';
import { linesOf, type Io } from '../io';
import { addFoldFlag, foldWhereAsked, type FoldFlags } from '../foldFlag';
import {
  addStrategyFlag,
  expectSameStrategy,
  readStrategy,
  type StrategyFlags,
} from '../ownStrategy';
import { readConfig, readJson, runFiles } from '../runFolder';
import { expectTask } from '../tasks/runTasks';

interface GenerateFlags extends StrategyFlags, FoldFlags {
  readonly prompt: string;
  readonly words: number;
  readonly temperature: number;
  readonly seed: number;
  readonly backend?: string;
  readonly threads?: number;
  readonly json?: boolean;
}

/** `generate RUN`: text from a trained language model, under its running statistics. */
export function addGenerate(program: Command, io: Io): void {
  const command = program
    .command('generate')
    .description('text from a trained language model')
    .argument('<run>', 'a run folder')
    .addOption(new Option('--prompt <text>', 'how the text begins').default(''))
    .addOption(
      new Option('--words <n>', 'words to add, of a character model characters')
        .argParser(wholeFlag('--words', 1))
        .default(50),
    )
    .addOption(
      new Option('--temperature <t>', '0: always the most probable word')
        .argParser(numberFlag('--temperature', { min: 0 }))
        .default(1),
    )
    .addOption(
      new Option('--seed <n>', 'of the choice').argParser(wholeFlag('--seed', 0)).default(1),
    );
  addStrategyFlag(command);
  addFoldFlag(command);
  addBackendFlags(command, "the run's")
    .option('--json', 'one JSON object as the last line')
    .action((folder: string, flags: GenerateFlags) => runGenerate(io, folder, flags));
}

async function runGenerate(io: Io, folder: string, flags: GenerateFlags): Promise<void> {
  const hint = 'A frame classifier writes no text: its output is what "bnrnn posteriors" writes.';
  const config = expectTask(tasks.language, readConfig(folder), folder, hint);
  const own = await readStrategy(flags);
  expectSameStrategy(config, own);
  const file = join(folder, runFiles.vocabulary);
  const vocabulary = vocabularyFromData(readJson(file), file);
  const prompt = vocabulary.encode(flags.prompt);
  await startFlagged(flags, io, config);
  const loaded = await loadModel(await checkpointsOf(folder), {
    strategies: own.strategies,
    onRefused: (sentence) => io.note(`warning: ${sentence}`),
  });
  const model = foldWhereAsked(io, loaded, flags);
  const end = vocabulary.idOf('<eos>') ?? 0;
  const added = await continueText(model, [end, ...prompt], flags);
  model.dispose();
  const text = vocabulary.decode([...prompt, ...added]).trim();
  if (flags.json === true) {
    const { prompt: begin, words, temperature, seed } = flags;
    io.out(JSON.stringify({ prompt: begin, words, temperature, seed, text }));
  } else {
    for (const line of linesOf(text)) io.out(line);
  }
}

/** Reads the prompt, then draws one token after the other. */
async function continueText(
  model: SequenceModel,
  prompt: readonly number[],
  { words, temperature, seed }: Pick<GenerateFlags, 'words' | 'temperature' | 'seed'>,
): Promise<number[]> {
  const chance = randomStream('generate', seed);
  const choose = (logits: Float32Array, position: number): number =>
    sampleIndex(logits, temperature, chance.uniform(1, 0, 1, position)[0] as number);
  const added: number[] = [];
  for await (const token of continueTokens(model, { prompt, choose })) {
    added.push(token);
    if (added.length === words) break;
  }
  return added;
}
