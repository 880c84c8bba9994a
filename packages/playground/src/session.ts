import { UsageError, type RunEvent } from '@bnrnn/core';
import { corpusOfText, tokenBatches, type TextCorpus, type TokenBatches } from '@bnrnn/data-ptb';
import type { SequenceModel } from '@bnrnn/recurrent';
import type { BackendInfo } from '@bnrnn/tensor-backend';
import {
  copyCheckpoint,
  memoryStore,
  train,
  type CheckpointStore,
  type TrainOptions,
} from '@bnrnn/training';
import { opfsStore } from '@bnrnn/training/browser';
import { lookAt } from './look';
import { makeModel } from './makeModel';
import { sides, type Report, type Request, type Side } from './messages';
import { runKey } from './runKey';
import { startSelected } from './startSelected';

type Wanted = Extract<Request, { type: 'train' }>;

/** One of the two runs. */
interface Run {
  readonly side: Side;
  readonly model: SequenceModel;
  readonly store: CheckpointStore;
  readonly events: AsyncGenerator<RunEvent, void, undefined>;
  /** Steps that are done. */
  step: number;
}

const streams = { batch: 16, time: 32, layout: 'tensorflow' } as const;
const limits = { character: 200, word: 2000 } as const;
const mostSteps = 5000;
const stepsBetweenSaves = 25;
const stepsBetweenLooks = 50;

/** Trains a baseline and its normalized twin step by step in turn, and keeps both in the page's private files. */
export class Session {
  readonly #wanted: Wanted;
  readonly #send: (report: Report) => void;
  #paused = false;
  #wake: () => void = () => undefined;
  #runs: readonly Run[] = [];

  constructor(wanted: Wanted, send: (report: Report) => void) {
    this.#wanted = wanted;
    this.#send = send;
  }

  /** Holds both runs before their next step, or lets them go on. */
  hold(paused: boolean): void {
    this.#paused = paused;
    if (!paused) this.#wake();
  }

  /** The treatment's newest checkpoint: files that Node reads. */
  async files(): Promise<{ name: string; blob: Blob }[]> {
    const run = this.#runs.find(({ side }) => side === 'treatment');
    if (run === undefined) throw new UsageError('Nothing is trained yet.');
    const out = memoryStore();
    await copyCheckpoint(run.store, out);
    return Array.from(out.files, ([name, blob]) => ({ name, blob }));
  }

  async run(): Promise<void> {
    const { settings, text } = this.#wanted;
    const info = await startSelected(settings.backend);
    const { level } = settings;
    const source = { where: text.name, pieces: [new TextEncoder().encode(text.content)] };
    const corpus = await corpusOfText(text.name, source, [90, 5, 5], {
      level,
      vocabularySize: limits[level],
    });
    const data = {
      train: tokenBatches(corpus.splits.train, streams),
      valid: tokenBatches(corpus.splits.valid, streams),
    };
    this.#runs = await Promise.all(sides.map((side) => this.#begin(side, corpus, data)));
    await this.#loop(corpus, data.valid, info);
  }

  async #begin(
    side: Side,
    corpus: TextCorpus,
    data: { readonly train: TokenBatches; readonly valid: TokenBatches },
  ): Promise<Run> {
    const { settings, text, fresh, files } = this.#wanted;
    const store = opfsStore(`playground/${runKey(settings, text)}/${side}`);
    const trainFrom = (from: CheckpointStore, model: SequenceModel, resume: boolean) =>
      train(this.#options(from, model, data, resume, corpus));
    if (side === 'treatment' && files !== undefined) {
      const model = makeModel(settings, side, corpus.vocabulary.size);
      // What does not fit is refused before anything that is there is removed.
      const picked = memoryStore(files);
      const events = trainFrom(picked, model, true);
      await events.next();
      await events.return();
      model.dispose();
      await removeAll(store);
      await copyCheckpoint(memoryStore(files), store);
    } else if (fresh) await removeAll(store);
    const resume = (await store.list()).some((name) => name.endsWith('.json'));
    const model = makeModel(settings, side, corpus.vocabulary.size);
    return { side, model, store, events: trainFrom(store, model, resume), step: 0 };
  }

  #options(
    store: CheckpointStore,
    model: SequenceModel,
    data: { readonly train: TokenBatches; readonly valid: TokenBatches },
    resume: boolean,
    corpus: TextCorpus,
  ): TrainOptions {
    const { settings } = this.#wanted;
    return {
      model,
      data,
      optimizer: { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
      schedule: { initial: 0.004, decayFactor: 2, firstDecayedEpoch: 8 },
      clip: { maxNorm: 5, at: 'above' },
      seed: settings.seed,
      epochs: 1000,
      maxSteps: mostSteps,
      evaluation: {
        statistics: ['running'],
        perEpoch: Math.max(1, Math.round(data.train.batchesPerEpoch / stepsBetweenLooks)),
        maxBatches: 8,
      },
      checkpoints: { store, everySteps: stepsBetweenSaves, keep: 1 },
      resume,
      run: {
        preset: 'playground',
        recipe: 'playground',
        backend: settings.backend,
        corpus: corpus.info,
      },
      now: Date.now,
      elapsed: () => performance.now(),
    };
  }

  async #loop(corpus: TextCorpus, valid: TokenBatches, info: BackendInfo): Promise<void> {
    const running = new Set(this.#runs);
    for (const run of this.#runs) await this.#start(run);
    this.#send({
      type: 'started',
      device: `${info.name}, ${placeOf(info)}`,
      ...(info.limits !== undefined && { limits: info.limits }),
      parameters: this.#bySide(({ model }) => model.parameterCount),
      from: this.#bySide(({ step }) => step),
    });
    while (running.size > 0) {
      if (this.#paused) await new Promise<void>((resolve) => (this.#wake = resolve));
      // After a kill one of them may be a checkpoint behind.
      const [behind] = [...running].toSorted((a, b) => a.step - b.step);
      if (behind === undefined) break;
      if (!(await this.#advance(behind, corpus, valid))) running.delete(behind);
    }
    this.#send({ type: 'ended', step: Math.min(...this.#runs.map(({ step }) => step)) });
  }

  async #start(run: Run): Promise<void> {
    const { value } = await run.events.next();
    if (value?.type === 'start') run.step = value.step;
  }

  /** One step and what follows it; false where the run is over. */
  async #advance(run: Run, corpus: TextCorpus, valid: TokenBatches): Promise<boolean> {
    for (;;) {
      const { value: event } = await run.events.next();
      if (event === undefined || event.type === 'end') return false;
      const { side, model } = run;
      if (event.type === 'evaluation') {
        const { step, perplexity } = event;
        const look = await lookAt(model, corpus, valid, { step, perplexity });
        this.#send({ type: 'look', side, step, look });
      } else if (event.type === 'checkpoint') {
        this.#send({ type: 'saved', step: event.step });
      } else if (event.type === 'step') {
        const { step, loss, unitsPerSecond: tokensPerSecond } = event;
        run.step = step;
        this.#send({ type: 'step', side, step, loss, tokensPerSecond });
        return true;
      }
    }
  }

  #bySide(valueOf: (run: Run) => number): Record<Side, number> {
    const [baseline, treatment] = this.#runs.map(valueOf);
    return { baseline: baseline ?? 0, treatment: treatment ?? 0 };
  }
}

/** What computes: a processor's threads, or the device by its name. */
function placeOf({ device, threads }: BackendInfo): string {
  if (device.toLowerCase() !== 'cpu') return device;
  return threads === 1 ? 'one thread' : `${threads} threads`;
}

async function removeAll(store: CheckpointStore): Promise<void> {
  for (const name of await store.list()) await store.remove(name);
}
