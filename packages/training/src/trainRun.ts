import { refuseUnsummed } from '@bnrnn/normalization';
import { dispose } from '@tensorflow/tfjs-core';
import {
  alone,
  columnsOfRank,
  type Batch,
  type Collective,
  type RunEventOf,
  type StatisticsChoice,
} from '@bnrnn/core';
import type { CheckpointStore } from './checkpoint/checkpointStore';
import { restoreModel, restoreSlots, restoreState } from './checkpoint/checkpointTensors';
import { CheckpointWriter } from './checkpoint/checkpointWriter';
import { expectSameSettings } from './checkpoint/expectSameSettings';
import type { RunSettings } from './checkpoint/manifest';
import { readLatestCheckpoint } from './checkpoint/readCheckpoint';
import { DivergedError } from './divergedError';
import { evaluate, type EvaluateResult } from './evaluation/evaluate';
import { addBatch, meansOf, noLoss } from './lossSums';
import { expectStepFits } from './memory/expectStepFits';
import { makeOptimizer } from './optimizer/makeOptimizer';
import type { Optimizer } from './optimizer/optimizer';
import type { AgreedSignal } from './ranks/agreedSignal';
import { expectSameOnRanks } from './ranks/expectSameOnRanks';
import { ownState, wholeState } from './ranks/stateOfRanks';
import { epochOfLastStep, noProgress, type Progress } from './progress';
import { learningRateOf } from './schedule';
import { CarriedState } from './step/carriedState';
import { checkFirstBatch } from './step/checkFirstBatch';
import { countFewRows } from './step/countFewRows';
import { trainStep } from './step/trainStep';
import type { TrainOptions } from './trainOptions';

/** Everything one run holds: where it stands, the optimizer's memory and the carried state. */
export class TrainRun {
  readonly #options: TrainOptions;
  readonly #collective: Collective;
  readonly #agreed: AgreedSignal;
  readonly #optimizer: Optimizer;
  readonly #carried = new CarriedState();
  readonly #writer: CheckpointWriter | undefined;
  #progress: Progress = noProgress;
  #saved: Progress | undefined;
  #checked = false;
  /** When `progress.seconds` was last brought up to date. */
  #clock: number;

  /** @param agreed  the ranks' agreement on stopping, whose signal `options` has. */
  constructor(options: TrainOptions, agreed: AgreedSignal) {
    const { checkpoints, model, optimizer, collective = alone } = options;
    this.#options = options;
    this.#collective = collective;
    this.#agreed = agreed;
    this.#clock = this.#elapsed();
    this.#writer = checkpoints && new CheckpointWriter(checkpoints);
    this.#optimizer = makeOptimizer(optimizer, model.parameters);
  }

  get progress(): Progress {
    return this.#progress;
  }

  /** The learning rate of the epoch in progress. */
  get learningRate(): number {
    return learningRateOf(this.#options.schedule, this.#progress.epoch + 1);
  }

  /** True when nothing happened since the newest checkpoint, or nothing is to be saved. */
  get isSaved(): boolean {
    return this.#writer === undefined || this.#saved === this.#progress;
  }

  /** Goes back to the newest usable checkpoint; a sentence for each newer one that was refused. */
  async resume(store: CheckpointStore): Promise<readonly string[]> {
    const { model } = this.#options;
    const { checkpoint, refused } = await readLatestCheckpoint(store);
    expectSameSettings(checkpoint, settingsOf(this.#options));
    const { tensors, path, manifest } = checkpoint;
    restoreModel(model, tensors, path);
    restoreSlots(this.#optimizer.slots, tensors, path);
    this.#optimizer.recall(manifest.progress.forgotten ?? {});
    const state = restoreState(model, tensors, path);
    this.#carried.replace(state && ownState(this.#collective, state));
    this.#progress = manifest.progress;
    this.#saved = this.#progress;
    if (this.#writer !== undefined) this.#writer.newest = path;
    return refused;
  }

  /**
   * Refuses ranks that stand elsewhere than rank 0 or were started with other settings.
   *
   * @throws UsageError naming the first difference, on every rank.
   */
  expectSameOnRanks(): void {
    const { epochs, maxSteps, evaluation, resume, clip, checkpoints, model, run } = this.#options;
    if (this.#collective.size > 1) refuseUnsummed('train', model.normalizers);
    const { step, batch } = this.#progress;
    expectSameOnRanks(this.#collective, {
      ...settingsOf(this.#options),
      ...{ epochs, maxSteps, evaluation, resume, clip },
      // What lies in a backend's memory decides which sums are taken one by one.
      backend: run.backend,
      checkpointEvery: checkpoints?.everySteps,
      resumedAt: { step, batch },
    });
  }

  /** @throws StepDoesNotFitError when the largest batch does not fit in the backend's memory. */
  expectFits(): void {
    const { model, data } = this.#options;
    const { largest } = data.train;
    if (largest === undefined) return;
    const { count } = columnsOfRank(largest.batch, this.#collective);
    expectStepFits(
      { model, optimizer: this.#optimizer },
      { ...largest, batch: Math.max(count, 1) },
    );
  }

  /** One training step; `fewRows` is how many of its time steps had too few real rows to normalize by. */
  async step(batch: Batch): Promise<{ event: RunEventOf<'step'>; fewRows: number }> {
    const { model, clip, now } = this.#options;
    if (!this.#checked) checkFirstBatch(model, batch, this.#collective);
    this.#checked = true;
    const { learningRate } = this;
    const { step, epoch, sums } = this.#progress;
    const started = this.#elapsed();
    const { nats, units, gradientNorm, clipped } = await trainStep({
      model,
      batch,
      carried: this.#carried,
      optimizer: this.#optimizer,
      learningRate,
      clip,
      step,
      checkpoint: this.#writer?.newest,
      collective: this.#collective,
    });
    const seconds = (this.#elapsed() - started) / 1000;
    const fewRows = countFewRows(model, batch);
    const { forgotten } = this.#optimizer;
    this.#advance({
      step: step + 1,
      batch: this.#progress.batch + 1,
      evaluated: 0,
      sums: addBatch(sums, nats, units),
      fewRows: this.#progress.fewRows + fewRows,
      ...(Object.keys(forgotten).length > 0 && { forgotten }),
    });
    const event: RunEventOf<'step'> = {
      type: 'step',
      step: step + 1,
      epoch,
      at: now(),
      loss: nats / units,
      learningRate,
      gradientNorm,
      clipped,
      units,
      unitsPerSecond: seconds > 0 ? units / seconds : 0,
    };
    return { event, fewRows };
  }

  /** Evaluates one split; the first of a step's evaluations, a validation, may be the best so far. */
  async evaluate(split: 'train' | 'valid', choice: StatisticsChoice): Promise<EvaluateResult> {
    const { model, data, evaluation } = this.#options;
    const isTrain = split === 'train';
    const result = await evaluate({
      model,
      source: isTrain ? data.train : (data.valid ?? data.train),
      trainSource: data.train,
      statistics: choice,
      maxBatches: isTrain ? evaluation?.trainBatches : evaluation?.maxBatches,
      recalibrationBatches: evaluation?.recalibrationBatches,
      collective: this.#collective,
      agreed: this.#agreed,
    });
    const { step, evaluated, best } = this.#progress;
    const { nllPerUnit } = result;
    if (!Number.isFinite(nllPerUnit)) {
      const what = `loss on the ${split} split, ${choice} statistics, is ${nllPerUnit} nats`;
      throw new DivergedError(what, step, this.#writer?.newest);
    }
    const better = evaluated === 0 && (best === null || nllPerUnit < best.nllPerUnit);
    this.#advance({
      evaluated: evaluated + 1,
      ...(better ? { best: { step, nllPerUnit, statistics: choice } } : {}),
    });
    return result;
  }

  /** Ends the epoch in progress. */
  endEpoch(): RunEventOf<'epoch'> {
    this.#advance({});
    const { learningRate } = this;
    const { step, epoch, sums, epochSeconds } = this.#progress;
    const means = meansOf(sums);
    this.#advance({ epoch: epoch + 1, batch: 0, evaluated: 0, sums: noLoss });
    this.#progress = { ...this.#progress, epochSeconds: 0 };
    return {
      type: 'epoch',
      step,
      epoch,
      at: this.#options.now(),
      learningRate,
      trainNllPerUnit: means.nllPerUnit,
      trainPerplexity: means.perplexity,
      trainPerplexityMeanOfBatches: means.perplexityMeanOfBatches,
      seconds: epochSeconds,
    };
  }

  /** Writes a checkpoint; undefined when it is written already, by another rank, or nothing is to be saved. */
  async save(): Promise<RunEventOf<'checkpoint'> | undefined> {
    if (this.#writer === undefined || this.isSaved) return undefined;
    const { model, now, meta } = this.#options;
    const progress = this.#progress;
    const own = this.#carried.current ?? [];
    const collective = this.#collective;
    const state = collective.size === 1 ? own : wholeState(collective, own);
    let path: string | undefined;
    try {
      if (collective.rank === 0) {
        path = await this.#writer.save({
          run: { model, slots: this.#optimizer.slots, state },
          settings: settingsOf(this.#options),
          progress,
          meta,
          at: now(),
        });
      }
    } finally {
      if (state !== own) dispose([...state]);
    }
    this.#saved = progress;
    if (path === undefined) return undefined;
    const { step, best } = progress;
    const epoch = epochOfLastStep(progress);
    return { type: 'checkpoint', step, epoch, at: now(), path, best: best?.step === step };
  }

  dispose(): void {
    this.#optimizer.dispose();
    this.#carried.dispose();
  }

  #elapsed(): number {
    const { elapsed, now } = this.#options;
    return (elapsed ?? now)();
  }

  #advance(change: Partial<Progress>): void {
    const now = this.#elapsed();
    const passed = (now - this.#clock) / 1000;
    this.#clock = now;
    this.#progress = {
      ...this.#progress,
      seconds: this.#progress.seconds + passed,
      epochSeconds: this.#progress.epochSeconds + passed,
      ...change,
    };
  }
}

function settingsOf({
  model,
  seed,
  optimizer,
  schedule,
  clip,
  data,
  run,
  mustMatch,
}: TrainOptions): RunSettings {
  return {
    model: model.spec,
    seed,
    optimizer,
    schedule,
    clip: clip ?? null,
    batchesPerEpoch: data.train.batchesPerEpoch,
    corpus: run.corpus.sha256,
    ...(mustMatch !== undefined && { others: mustMatch }),
  };
}
