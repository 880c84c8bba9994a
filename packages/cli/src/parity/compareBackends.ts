import type { BackendInfo } from '@bnrnn/tensor-backend';
import { ParityProcess } from './parityProcess';
import type { ParityMessage, ParityRequest } from './parityRequest';
import { relativeDifference } from './relativeDifference';

/** Two backends after one step: the differences are shares of the largest value, see `relativeDifference`. */
export interface ParityStep {
  readonly step: number;
  /** Nats per word or frame, on each backend. */
  readonly losses: readonly [number, number];
  readonly parameters: Readonly<Record<string, number>>;
}

export interface ParityResult {
  readonly backends: readonly [BackendInfo, BackendInfo];
  readonly steps: readonly ParityStep[];
}

/**
 * Trains the same steps on two backends, each in a process of its own, and compares their parameters after
 * each.
 *
 * @param note  is told each step as it is compared.
 * @throws BackendError where one of them cannot start.
 */
export async function compareBackends(
  requests: readonly [ParityRequest, ParityRequest],
  note: (step: ParityStep) => void,
): Promise<ParityResult> {
  const processes = requests.map((request) => new ParityProcess(request));
  const next = async <Kind extends ParityMessage['kind']>(kind: Kind) => {
    const [a, b] = await Promise.all(processes.map((process) => process.next()));
    if (a?.kind !== kind || b?.kind !== kind) throw new Error('parity: the processes disagree.');
    return [a, b] as [ParityMessage & { kind: Kind }, ParityMessage & { kind: Kind }];
  };
  try {
    const [first, second] = await next('started');
    const steps: ParityStep[] = [];
    while (steps.length < requests[0].steps) {
      const [a, b] = await next('step');
      const parameters = Object.fromEntries(
        [...a.parameters].map(([name, values]) => [
          name,
          relativeDifference(values, b.parameters.get(name) ?? new Float32Array()),
        ]),
      );
      const step = { step: a.step, losses: [a.loss, b.loss] as const, parameters };
      note(step);
      steps.push(step);
    }
    return { backends: [first.backend, second.backend], steps };
  } finally {
    for (const process of processes) process.stop();
  }
}
