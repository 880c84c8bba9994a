import { cpus } from 'node:os';
import { performance } from 'node:perf_hooks';
import { expectOneOf, UsageError } from '@bnrnn/core';
import {
  benchPreset,
  findPreset,
  languageSubject,
  normalizationChoices,
  readOverride,
  resolveRun,
  resolveSpeechRun,
  speechSubject,
  type BenchResult,
  type BenchSubject,
  type ResolveRunOptions,
  type RunConfig,
} from '@bnrnn/experiments';
import type { BackendInfo } from '@bnrnn/tensor-backend';
import { Option, type Command } from 'commander';
import { addBackendFlags, backendLine, startFlagged, type BackendFlags } from '../backendFlags';
import { gather, wholeFlag } from '../flags';
import type { Io } from '../io';
import { rethrowInFlags } from '../rethrowInFlags';
import { textColumns } from '../textColumns';

interface BenchFlags extends BackendFlags {
  readonly recipe?: string;
  readonly steps: number;
  readonly frames?: number;
  readonly vocabulary?: number;
  readonly set?: readonly string[];
  readonly normalize?: string;
  readonly alone?: boolean;
  readonly json?: boolean;
}

/** Types of the random tokens unless told otherwise: as many as the Penn Treebank has. */
const defaultVocabulary = 10_000;

/** The paper's inputs and targets on WSJ: 23 filterbanks with deltas and delta-deltas, 3,546 states. */
const wsj = { features: 69, classes: 3_546 };

/** Frames of each utterance unless told otherwise: 3 seconds. */
const defaultFrames = 300;

const noNormalization = ['inputToHidden', 'hiddenToHidden', 'preActivation', 'cell'].map(
  (placement) => readOverride(`model.normalize.${placement}=none`),
);

/** `bench PRESET`: the time of a training step beside that of its matrix products. */
export function addBench(program: Command, io: Io): void {
  const command = program
    .command('bench')
    .description('time training steps on random batches beside the matrix products they need')
    .argument('<preset>', 'a row of the tables, see "bnrnn presets"')
    .option('--recipe <name>', 'whose hyper-parameters (default: authors-code)');
  addBackendFlags(command, 'auto')
    .addOption(
      new Option('--steps <n>', 'timed steps').argParser(wholeFlag('--steps', 1)).default(20),
    )
    .addOption(
      new Option('--frames <n>', 'speech: frames of each utterance (default: 300)').argParser(
        wholeFlag('--frames', 1),
      ),
    )
    .addOption(
      new Option('--vocabulary <n>', 'language models: distinct words (default: 10000)').argParser(
        wholeFlag('--vocabulary', 2),
      ),
    )
    .addOption(
      new Option('--set <path=value>', 'change one setting; may be repeated').argParser(gather),
    )
    .option('--normalize <choice>', `${normalizationChoices.join(', ')}: normalization of W·x`)
    .option('--alone', 'not in turn with the model without normalization; no normalizationShare')
    .option('--json', 'one JSON object as the last line')
    .action((preset: string, flags: BenchFlags) => runBench(io, preset, flags));
}

async function runBench(io: Io, preset: string, flags: BenchFlags): Promise<void> {
  const { recipe, normalize, set = [] } = flags;
  const { unit } = findPreset(preset);
  if (unit !== 'frame' && flags.frames !== undefined) {
    throw new UsageError(
      '--frames is a flag of frame classifiers, and the preset is a language model.',
      {
        hint: 'The steps of a window are a setting: --set data.time=20.',
      },
    );
  }
  if (unit === 'frame' && flags.vocabulary !== undefined) {
    throw new UsageError(
      '--vocabulary is a flag of language models, and the preset is a frame classifier.',
      { hint: 'Leave it out.' },
    );
  }
  const overrides = set.map(readOverride);
  const request = {
    preset,
    overrides,
    ...(recipe !== undefined && { recipe }),
    ...(normalize !== undefined && {
      normalize: expectOneOf('--normalize', normalize, normalizationChoices),
    }),
  };
  const prepare =
    unit === 'frame'
      ? speechArm(flags.frames ?? defaultFrames)
      : languageArm(flags.vocabulary ?? defaultVocabulary);
  prepare(request, '');
  const backend = await startFlagged(flags, io);
  io.note(backendLine(backend));
  const { config, subject } = prepare(request, backend.name);
  const isNormalized = Object.entries(config.settings).some(
    ([path, { value }]) => path.startsWith('model.normalize.') && value !== 'none',
  );
  const isCompared = isNormalized && flags.alone !== true;
  const plain: Request = {
    ...request,
    normalize: 'none',
    overrides: [...overrides, ...noNormalization, ...perDirection(unit)],
  };
  const result = await benchPreset({
    subject,
    ...(isCompared && { without: prepare(plain, backend.name).subject }),
    steps: flags.steps,
    now: () => performance.now(),
  }).catch((error: unknown) =>
    rethrowInFlags(error, unit === 'frame' ? '--frames ' : '--set data.time='),
  );
  if (flags.json === true) io.out(JSON.stringify(benchJson(preset, backend, result)));
  else for (const line of benchLines(result)) io.out(line);
}

type Request = Omit<ResolveRunOptions, 'backend' | 'corpus' | 'data'>;
type Arm = (request: Request, backend: string) => { config: RunConfig; subject: BenchSubject };

const random = { name: 'random', sha256: {}, counts: {} };

function languageArm(types: number): Arm {
  return (request, backend) => {
    const corpus = { ...random, classes: types };
    const config = resolveRun({ ...request, backend, corpus, data: 'random' });
    return { config, subject: languageSubject(config, types) };
  };
}

function speechArm(frames: number): Arm {
  return (request, backend) => {
    const corpus = { ...random, classes: wsj.classes };
    const data = { train: 'random', dev: 'random', alignments: ['random'] };
    const config = resolveSpeechRun({ ...request, backend, corpus, data });
    return { config, subject: speechSubject(config, { ...wsj, frames }) };
  };
}

/** Without a normalizer there is none to share. */
function perDirection(unit: RunConfig['unit']) {
  return unit === 'frame' ? [readOverride('model.directionStatistics=per direction')] : [];
}

function benchJson(preset: string, backend: BackendInfo, result: BenchResult) {
  return {
    preset,
    backend: backend.name,
    unit: result.unit,
    unitsPerSecond: result.unitsPerSecond,
    stepMilliseconds: result.stepMilliseconds,
    matmulBoundMilliseconds: result.matmulBoundMilliseconds,
    matmulFlops: result.matmulFlops,
    efficiency: result.efficiency,
    normalizationShare: result.normalizationShare,
    backendPeakMiB: result.backendPeakMiB,
    peakRssMiB: process.resourceUsage().maxRSS / 1024,
    threads: backend.threads,
    blas: backend.blas,
    precision: backend.precision,
    cpu: cpus()[0]?.model ?? 'unknown',
  };
}

function benchLines(result: BenchResult): string[] {
  const { products, normalizationShare: share } = result;
  const rows = products.map(({ name, m, n, k, transposeA, transposeB, count }) => [
    name,
    `${m} x ${n} x ${k}`,
    [transposeA ? 'Aᵀ' : '', transposeB ? 'Bᵀ' : ''].filter(Boolean).join(' '),
    String(count),
  ]);
  const ms = (value: number) => `${value.toFixed(1)} ms`;
  return [
    ...textColumns([['product', 'm x n x k', 'transposed', 'times'], ...rows]),
    '',
    `products: ${(result.matmulFlops / 1e9).toFixed(2)} GFLOP, ${ms(result.matmulBoundMilliseconds)} with warm buffers`,
    `step: ${ms(result.stepMilliseconds)}, ${Math.round(result.unitsPerSecond).toLocaleString('en-US')} ${result.unit}s a second`,
    `efficiency: ${result.efficiency.toFixed(2)} of a step is matrix products`,
    ...(share === null ? [] : [`normalization: ${(100 * share).toFixed(1)} % of a step`]),
  ];
}
