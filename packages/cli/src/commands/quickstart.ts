import { join } from 'node:path';
import { completeRun, loadCorpus, readOverride, resolveRun, tasks } from '@bnrnn/experiments';
import { comparisonTable } from '@bnrnn/reporting';
import { readRun } from '@bnrnn/reporting/node';
import { Option, type Command } from 'commander';
import { addBackendFlags, backendLine, startFlagged, type BackendFlags } from '../backendFlags';
import { corpusLines } from '../corpusLines';
import { wholeFlag } from '../flags';
import { InterruptedError, watchInterruption } from '../interruption';
import { linesOf, type Io } from '../io';
import { codeVersion, commandText, computedBy } from '../provenance';
import { runFiles } from '../runFolder';
import { takeFreeFolder } from '../takeFolder';
import { textData } from '../tasks/languageTask';
import { prepareRun } from '../train/preparedRun';
import { trainRun } from '../train/trainRun';
import { writeReport } from '../train/writeReport';

const data = 'glosses';
const rows = ['ptb-small', 'ptb-small-bn'] as const;

/** The paper's small model as it is: only how long it trains and is evaluated is chosen for time. */
const settings = ['schedule.epochs=1', 'evaluation.maxBatches=40'];

interface QuickstartFlags extends BackendFlags {
  readonly maxSteps: number;
}

/** `quickstart`: baseline and batch normalization on real English, in under three minutes. */
export function addQuickstart(program: Command, io: Io, args: readonly string[]): void {
  const command = program
    .command('quickstart')
    .description('train a baseline and its batch-normalized twin on glosses and compare them')
    .addOption(
      new Option('--max-steps <n>', 'steps of each run')
        .argParser(wholeFlag('--max-steps', 1))
        .default(400),
    );
  addBackendFlags(command, 'auto').action((flags: QuickstartFlags) =>
    runQuickstart(io, args, flags),
  );
}

async function runQuickstart(
  io: Io,
  args: readonly string[],
  flags: QuickstartFlags,
): Promise<void> {
  io.out(
    "The paper's small language model, twice, on the definitions of WordNet: the same weights at the start,",
  );
  io.out('the same data, the same recipe; the second normalizes W·x over the batch.');
  const corpus = await loadCorpus(data);
  for (const line of corpusLines(corpus)) io.out(line);
  const backend = await startFlagged(flags, io);
  io.out(backendLine(backend));
  const taken = takeFreeFolder('quickstart');
  const { folder } = taken;
  const interruption = watchInterruption(io);
  const folders: string[] = [];
  try {
    for (const preset of rows) {
      const draft = resolveRun(tasks.language, {
        preset,
        overrides: [...settings, `schedule.maxSteps=${flags.maxSteps}`].map(readOverride),
        data,
      });
      const config = completeRun(draft, {
        ...computedBy(backend),
        corpus: corpus.info,
        command: commandText(args),
        commit: codeVersion(),
      });
      const own = join(folder, preset);
      const { signal } = interruption;
      const { reason } = await trainRun(io, {
        run: prepareRun(config, textData(config, corpus)),
        folder: own,
        signal,
        now: Date.now,
        elapsed: () => performance.now(),
      });
      folders.push(own);
      if (reason === 'interrupted') {
        throw new InterruptedError(
          'Interrupted.',
          interruption.cause ?? 'SIGINT',
          'Run quickstart again: it starts from its beginning.',
        );
      }
    }
  } finally {
    interruption.stop();
    taken.release();
  }
  const runs = await Promise.all(folders.map((own) => readRun(own)));
  const page = join(folder, runFiles.report);
  await writeReport(runs, page);
  io.out('');
  for (const line of linesOf(comparisonTable(runs))) io.out(line);
  io.out('');
  io.out(`report: ${page}`);
}
