import { Command } from 'commander';
import { version } from '../package.json';
import { addBench } from './commands/bench';
import { addClaims } from './commands/claims';
import { addDoctor } from './commands/doctor';
import { addEvaluate } from './commands/evaluate';
import { addGenerate } from './commands/generate';
import { addParity } from './commands/parity';
import { addPosteriors } from './commands/posteriors';
import { addPresets } from './commands/presets';
import { addQuickstart } from './commands/quickstart';
import { addReport } from './commands/report';
import { addReproduce } from './commands/reproduce';
import { addSweep } from './commands/sweep';
import { addTrain } from './commands/train';
import { addFeatures } from './features/addFeatures';
import { linesOf, type Io } from './io';

/** The whole command line; `args` is what a run records as its command. */
export function makeProgram(io: Io, args: readonly string[]): Command {
  const program = new Command('bnrnn')
    .description('Batch-normalized recurrent networks: train, evaluate and compare.')
    .version(version, '--version', 'print the version')
    .helpOption('-h, --help', 'explain a command')
    .helpCommand(false)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => linesOf(text).forEach((line) => io.out(line)),
      writeErr: () => undefined,
    });
  for (const add of [
    addDoctor,
    addPresets,
    addTrain,
    addEvaluate,
    addReport,
    addClaims,
    addGenerate,
    addPosteriors,
    addReproduce,
    addSweep,
    addBench,
    addParity,
    addQuickstart,
    addFeatures,
  ]) {
    add(program, io, args);
  }
  return program;
}
