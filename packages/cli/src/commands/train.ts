import { expectOneOf, UsageError } from '@bnrnn/core';
import {
  findPreset,
  loadCorpus,
  modelSpec,
  normalizationChoices,
  parameterCount,
  readOverride,
  resolveRun,
  type LoadedCorpus,
  type NormalizationChoice,
  type ResolveRunOptions,
  type RunConfig,
} from '@bnrnn/experiments';
import { Option, type Command } from 'commander';
import { addBackendFlags, backendLine, expectBackendName, startFlagged } from '../backendFlags';
import { corpusLines, expectSameCorpus } from '../corpusLines';
import { gather, wholeFlag } from '../flags';
import { watchInterruption } from '../interruption';
import type { Io } from '../io';
import { codeVersion, commandText } from '../provenance';
import { expectFree, freeRunFolder, readConfig } from '../runFolder';
import { resumeConfig } from '../train/resumeConfig';
import { summaryLines, trainJson } from '../train/trainOutput';
import { trainRun } from '../train/trainRun';

interface TrainFlags {
  readonly data?: string;
  readonly recipe?: string;
  readonly backend?: string;
  readonly threads?: number;
  readonly seed?: number;
  readonly epochs?: number;
  readonly maxSteps?: number;
  readonly out?: string;
  readonly resume?: boolean;
  readonly set?: readonly string[];
  readonly normalize?: string;
  readonly json?: boolean;
}

/** `train PRESET`: one run into one folder. */
export function addTrain(program: Command, io: Io, args: readonly string[]): void {
  const command = program
    .command('train')
    .description('train a preset into a run folder')
    .argument('<preset>', 'a row of the tables, see "bnrnn presets"')
    .option('--data <corpus>', "a folder with the Penn Treebank's files, glosses, or synthetic")
    .option('--recipe <name>', 'whose hyper-parameters (default: authors-code)');
  addBackendFlags(command, 'auto')
    .addOption(
      new Option('--seed <n>', 'weights and dropout (default: 1)').argParser(
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
    .option('--normalize <choice>', `${normalizationChoices.join(', ')}: normalization of W·x`)
    .option('--json', 'one JSON object as the last line')
    .action((preset: string, flags: TrainFlags) => runTrain(io, args, preset, flags));
}

async function runTrain(
  io: Io,
  args: readonly string[],
  preset: string,
  flags: TrainFlags,
): Promise<void> {
  const request = readRequest(preset, flags);
  const stored = flags.resume === true ? readStored(flags.out) : undefined;
  if (stored === undefined && flags.out !== undefined) expectFree(flags.out);

  const data = flags.data ?? stored?.data;
  const corpus = await loadCorpus(data);
  for (const line of corpusLines(corpus)) io.out(line);
  if (stored !== undefined) expectSameCorpus(stored.corpus, corpus.info, data ?? '');

  const backend = await startFlagged(
    stored === undefined || flags.backend !== 'auto'
      ? flags
      : { ...flags, backend: stored.backend },
    stored?.backend,
  );
  io.out(backendLine(backend));
  const asked = resolveRun({
    ...request,
    backend: backend.name,
    corpus: corpus.info,
    data: data ?? '',
    command: commandText(args),
    commit: codeVersion(),
    versions: { node: process.versions.node, ...backend.versions },
  });
  const config =
    stored === undefined
      ? asked
      : resumeConfig({ ...stored, data: data ?? stored.data }, asked, {
          recipe: flags.recipe !== undefined,
          backend: flags.backend !== undefined && flags.backend !== 'auto',
          seed: flags.seed !== undefined,
        });
  const folder = flags.out ?? freeRunFolder(`${config.preset}-${config.recipe}-seed${config.seed}`);
  io.out(parametersLine(config, corpus));

  const interruption = watchInterruption(io);
  try {
    const { reason, result } = await trainRun(io, {
      config,
      corpus,
      folder,
      resume: stored !== undefined,
      signal: interruption.signal,
      now: Date.now,
    });
    if (reason === 'interrupted') {
      io.note(`Interrupted after step ${result.steps}; continue with --out ${folder} --resume.`);
    }
    if (flags.json === true) io.out(JSON.stringify(trainJson(config, folder, result)));
    else for (const line of summaryLines(config, folder, backend, result)) io.out(line);
  } finally {
    interruption.stop();
  }
}

/** What the flags ask for, checked before any data is read. */
function readRequest(
  preset: string,
  flags: TrainFlags,
): Omit<ResolveRunOptions, 'backend' | 'corpus' | 'data'> {
  const { recipe, seed, epochs, maxSteps, normalize, set = [], backend } = flags;
  if (backend !== undefined) expectBackendName(backend);
  const request = {
    preset: findPreset(preset).name,
    overrides: set.map(readOverride),
    ...(recipe !== undefined && { recipe }),
    ...(seed !== undefined && { seed }),
    ...(epochs !== undefined && { epochs }),
    ...(maxSteps !== undefined && { maxSteps }),
    ...(normalize !== undefined && {
      normalize: expectOneOf<NormalizationChoice>('--normalize', normalize, normalizationChoices),
    }),
  };
  const nothing = { name: '', sha256: {}, counts: {}, classes: 0 };
  resolveRun({ ...request, backend: '', corpus: nothing, data: '' });
  return request;
}

function readStored(out: string | undefined): RunConfig {
  if (out === undefined) {
    throw new UsageError('--resume needs --out: the folder of the run to continue.');
  }
  return readConfig(out);
}

function parametersLine(config: RunConfig, corpus: LoadedCorpus): string {
  const count = parameterCount(modelSpec(config, corpus.vocabulary.size));
  return `model ${config.preset}, recipe ${config.recipe}, seed ${config.seed}: ${count.toLocaleString('en-US')} parameters`;
}
