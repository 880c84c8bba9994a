import { fork, type ChildProcess } from 'node:child_process';
import { BackendError } from '@bnrnn/core';
import { commandLineFile } from '../plan/commandLine';
import type { ParityMessage, ParityRequest } from './parityRequest';

/** A process that trains on one backend, a step each time it is asked. */
export class ParityProcess {
  readonly #child: ChildProcess;
  readonly #backend: string;
  #errors = '';

  constructor(request: ParityRequest) {
    this.#backend = request.backend;
    this.#child = fork(commandLineFile(), ['parity-backend', JSON.stringify(request)], {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.#errors += text));
  }

  /** What it says next. @throws BackendError where it ended instead. */
  next(): Promise<ParityMessage> {
    return new Promise((resolve, reject) => {
      const ended = (): void => {
        this.#child.off('message', told);
        reject(this.#failure());
      };
      const told = (message: unknown): void => {
        this.#child.off('close', ended);
        resolve(message as ParityMessage);
      };
      this.#child.once('message', told);
      this.#child.once('close', ended);
      this.#child.send('next', (error) => {
        // An end is told by `close`, with what the process wrote.
        if (error !== null) return;
      });
    });
  }

  stop(): void {
    this.#child.kill();
  }

  /** The sentence that the command line of the process ended with. */
  #failure(): BackendError {
    const lines = this.#errors.split('\n');
    const sentence = lines.find((line) => line.startsWith('bnrnn: '))?.slice('bnrnn: '.length);
    const hint = lines.find((line) => line.startsWith('hint: '))?.slice('hint: '.length);
    return new BackendError(
      sentence ?? `The process of the backend "${this.#backend}" ended: ${lines.at(-2) ?? ''}`,
      hint === undefined ? {} : { hint },
    );
  }
}
