import { createHash } from 'node:crypto';
import { startBackend } from '@bnrnn/tensor-backend';
import { train } from '@bnrnn/training';
import { folderStore } from '@bnrnn/training/node';
import { tinyOptions } from './tinyData';
import { tinyModel } from './tinyModel';

/**
 * The program that the test of kills starts: trains in the folder of the first argument, resumes
 * where there is something to resume (second argument `resume`), prints each event's type and step,
 * and at the end a digest of the weights.
 */
async function main(folder: string, resume: boolean): Promise<void> {
  await startBackend('cpu');
  const model = tinyModel({ dropout: 0.2 });
  const print = (line: string): void => void process.stdout.write(`${line}\n`);
  const events = train({
    ...tinyOptions(),
    model,
    optimizer: { kind: 'momentum', momentum: 0.8 },
    evaluation: { statistics: ['running'] },
    epochs: 20,
    checkpoints: { store: folderStore(folder), everySteps: 1 },
    resume,
  });
  for await (const { type, step } of events) print(`${type} ${step}`);
  const hash = createHash('sha256');
  for (const parameter of model.parameters.values()) hash.update(parameter.dataSync());
  print(`weights ${hash.digest('hex')}`);
}

await main(process.argv[2] ?? '', process.argv[3] === 'resume');
