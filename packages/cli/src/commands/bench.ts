import { cpus } from 'node:os';
import { performance } from 'node:perf_hooks';
import { expectOneOf } from '@bnrnn/core';
import {
  benchPreset,
  normalizationChoices,
  overrideReader,
  readOverride,
  settingPathsOf,
  type BenchResult,
  type Override,
  type TaskName,
} from '@bnrnn/experiments';
import type { BackendInfo } from '@bnrnn/tensor-backend';
import { Option, type Command } from 'commander';
import { addBackendFlags, backendLine, startFlagged, type BackendFlags } from '../backendFlags';
import { gather, wholeFlag } from '../flags';
import type { Io } from '../io';
import { addStrategyFlag, readStrategy, type StrategyFlags } from '../ownStrategy';
import { codeVersion, computedBy } from '../provenance';
import { rethrowInFlags } from '../rethrowInFlags';
import { randomCorpus } from '../tasks/randomCorpus';
import type { RandomFlags } from '../tasks/runTask';
import { refuseOtherFlags, runTaskOfPreset } from '../tasks/runTasks';
import { textColumns } from '../textColumns';

interface BenchFlags extends BackendFlags, RandomFlags, StrategyFlags {
  readonly recipe?: string;
  readonly steps: number;
  readonly set?: readonly string[];
  readonly normalize?: string;
  readonly alone?: boolean;
  readonly json?: boolean;
}

/** Takes every normalizer out of a run of a task. */
function noNormalization(task: TaskName): Override[] {
  return settingPathsOf(task)
    .filter((path) => path.startsWith('model.normalize.'))
    .map((path) => readOverride(`${path}=none`));
}

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
      new Option(
        '--vocabulary <n>',
        'language models: distinct tokens (default: 10000 words, 50 characters)',
      ).argParser(wholeFlag('--vocabulary', 2)),
    )
    .addOption(
      new Option('--set <path=value>', 'change one setting; may be repeated').argParser(gather),
    )
    .option('--normalize <choice>', `${normalizationChoices.join(', ')}: normalization of W·x`);
  addStrategyFlag(command)
    .option('--alone', 'not in turn with the model without normalization; no normalizationShare')
    .option('--json', 'one JSON object as the last line')
    .action((preset: string, flags: BenchFlags) => runBench(io, preset, flags));
}

async function runBench(io: Io, preset: string, flags: BenchFlags): Promise<void> {
  const { recipe, normalize, set = [] } = flags;
  const task = runTaskOfPreset(preset);
  refuseOtherFlags(task, flags);
  const { strategies } = await readStrategy(flags);
  const ownKinds = strategies.map(({ kind }) => kind);
  const overrides = set.map(overrideReader(ownKinds));
  const request = {
    preset,
    overrides,
    strategies,
    ...(recipe !== undefined && { recipe }),
    ...(normalize !== undefined && {
      normalize: expectOneOf('--normalize', normalize, [...normalizationChoices, ...ownKinds]),
    }),
  };
  const backend = await startFlagged(flags, io);
  io.note(backendLine(backend));
  const facts = {
    ...computedBy(backend),
    ...{ corpus: randomCorpus, command: '', commit: codeVersion() },
  };
  const { config, subject } = task.bench(request, flags, facts);
  const isNormalized = Object.entries(config.settings).some(
    ([path, { value }]) => path.startsWith('model.normalize.') && value !== 'none',
  );
  const isCompared = isNormalized && flags.alone !== true;
  const plain = {
    ...request,
    normalize: 'none',
    overrides: [
      ...overrides,
      ...noNormalization(task.task.name),
      ...task.withoutNormalization.map(readOverride),
    ],
  };
  const result = await benchPreset({
    subject,
    ...(isCompared && { without: task.bench(plain, flags, facts).subject }),
    steps: flags.steps,
    now: () => performance.now(),
  }).catch((error: unknown) => rethrowInFlags(error, task.timeFlags.bench));
  if (flags.json === true) io.out(JSON.stringify(benchJson(preset, backend, result)));
  else for (const line of benchLines(result)) io.out(line);
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
