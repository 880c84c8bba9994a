import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunEvent } from '@bnrnn/core';
import { completeRun, resolveRun, tasks } from '@bnrnn/experiments';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readConfig } from '../runFolder';
import { randomCorpus } from '../tasks/randomCorpus';
import { recordRun } from './recordRun';

let root = '';
let said: string[] = [];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'bnrnn-record-'));
  said = [];
});
afterEach(() => rmSync(root, { recursive: true }));

const prepared = (seed: number) => ({
  config: completeRun(
    resolveRun(tasks.language, { preset: 'ptb-small-tiny', data: 'synthetic', seed }),
    {
      ...{ backend: 'cpu', corpus: randomCorpus },
    },
  ),
  files: { 'vocabulary.json': ['a', 'b'] },
  leftOut: [],
});

const start = (step: number): RunEvent => ({
  ...{ type: 'start', step, epoch: 0, at: 0, preset: 'ptb-small-tiny', recipe: 'authors-code' },
  ...{ backend: 'cpu', seed: 1, corpus: randomCorpus, unit: 'word', parameters: 9 },
  ...{ stepsPerEpoch: 10, totalSteps: 10, resumed: step > 0 },
});

const step = (n: number): RunEvent => ({
  ...{ type: 'step', step: n, epoch: 0, at: 0, loss: 9, learningRate: 1, gradientNorm: 3 },
  ...{ clipped: false, units: 100, unitsPerSecond: 50 },
});

const logged = (folder: string): [string, number][] =>
  readFileSync(join(folder, 'events.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as RunEvent)
    .map((event) => [event.type, event.step]);

const again = { command: 'bnrnn train --resume', commit: 'b' };

const seedOf = (folder: string): unknown =>
  (JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')) as { seed: number }).seed;

async function record(
  seed: number,
  folder: string,
  resumedBy: typeof again | undefined,
  events: RunEvent[],
): Promise<void> {
  const consumer = recordRun(prepared(seed), folder, {
    resumedBy,
    note: (sentence) => said.push(sentence),
  });
  for (const event of events) await consumer.write(event);
  consumer.close();
}

describe('recordRun', () => {
  it('writes nothing of a run that ends at its start', async () => {
    const folder = join(root, 'run');
    await record(1, folder, undefined, [start(0)]);
    expect(existsSync(folder)).toBe(false);
  });

  it('warns behind the start of utterances that are left out, with their names', async () => {
    const folder = join(root, 'run');
    const keys = Array.from({ length: 22 }, (_, i) => `u${i}`);
    const leftOut = [
      { split: 'train' as const, reason: 'bad features', keys },
      { split: 'valid' as const, reason: 'no alignment', keys: ['d'] },
    ];
    const consumer = recordRun({ ...prepared(1), leftOut }, folder, {
      resumedBy: undefined,
      note: () => undefined,
    });
    for (const event of [start(0), step(1)]) await consumer.write(event);
    consumer.close();
    const events = readFileSync(join(folder, 'events.jsonl'), 'utf8').trim().split('\n');
    const [first, ...rest] = events.map((line) => JSON.parse(line) as RunEvent);
    expect(first?.type).toBe('start');
    const named = keys.slice(0, 20).join(', ');
    expect(rest.slice(0, 2)).toEqual([
      {
        ...{ type: 'warning', step: 0, epoch: 0, at: 0, code: 'left-out-utterances' },
        message: `train: 22 utterances were left out (bad features): ${named} and 2 more.`,
      },
      {
        ...{ type: 'warning', step: 0, epoch: 0, at: 0, code: 'left-out-utterances' },
        message: 'valid: 1 utterance was left out (no alignment): d.',
      },
    ]);
    expect(rest[2]).toMatchObject({ type: 'step', step: 1 });
  });

  it('writes everything with the first step', async () => {
    const folder = join(root, 'run');
    await record(1, folder, undefined, [start(0), step(1), step(2)]);
    expect(readdirSync(folder).sort()).toEqual(['config.json', 'events.jsonl', 'vocabulary.json']);
    expect(logged(folder)).toEqual([
      ['start', 0],
      ['step', 1],
      ['step', 2],
    ]);
  });

  it('leaves a log as it is until a resumed run has gone on, then drops what comes again', async () => {
    const folder = join(root, 'run');
    await record(1, folder, undefined, [start(0), step(1), step(2), step(3)]);
    const before = logged(folder);

    await record(2, folder, again, [start(2)]);
    expect(logged(folder)).toEqual(before);
    expect(seedOf(folder)).toBe(1);

    await record(2, folder, again, [start(2), step(3)]);
    expect(logged(folder)).toEqual([...before.slice(0, 3), ['start', 2], ['step', 3]]);
    expect(seedOf(folder)).toBe(2);
  });

  it('sets damaged files aside, says so and goes on', async () => {
    const folder = join(root, 'run');
    await record(1, folder, undefined, [start(0), step(1), step(2), step(3)]);
    const log = join(folder, 'events.jsonl');
    writeFileSync(log, readFileSync(log, 'utf8').replace('"step":1', '"sdep":1'));
    writeFileSync(join(folder, 'config.json'), '');
    writeFileSync(join(folder, 'result.json'), '{"steps": 3}');

    await record(1, folder, again, [start(2), step(3)]);
    expect(said.map((sentence) => sentence.replaceAll(folder, 'RUN'))).toEqual([
      'RUN/config.json is not JSON: it is truncated or altered. It is kept as RUN/config.json.damaged, and the run goes on without it.',
      expect.stringMatching(/^RUN\/result\.json: .* It is kept as RUN\/result\.json\.damaged/),
      '1 line of the log is damaged; the log as it was is kept in RUN/events.jsonl.damaged, the rest goes on.',
      expect.stringMatching(/^The log lacks 1 of the 2 steps before the checkpoint: /),
    ]);
    expect(seedOf(folder)).toBe(1);
    expect(existsSync(join(folder, 'result.json'))).toBe(false);
    expect(logged(folder)).toEqual([
      ['start', 0],
      ['step', 2],
      ['start', 2],
      ['warning', 2],
      ['warning', 2],
      ['step', 3],
    ]);
  });

  it('has the commands of the resumptions whose steps are in the run', async () => {
    const folder = join(root, 'run');
    const resumptions = [
      { step: 2, command: 'first', commit: 'a' },
      { step: 4, command: 'second', commit: 'b' },
    ];
    const { config, ...rest } = prepared(1);
    const consumer = (resumedBy: typeof again | undefined) =>
      recordRun({ ...rest, config: { ...config, resumptions } }, folder, {
        resumedBy,
        note: () => undefined,
      });
    const kept = async (resumedBy: typeof again | undefined, from: number) => {
      const record = consumer(resumedBy);
      for (const event of [start(from), step(from + 1)]) await record.write(event);
      record.close();
      return readConfig(folder).resumptions;
    };
    expect(await kept(again, 6)).toEqual([...resumptions, { step: 6, ...again }]);
    expect(await kept(again, 4)).toEqual([resumptions[0], { step: 4, ...again }]);
    expect(await kept(undefined, 0)).toBeUndefined();
  });

  it('drops the whole log of a run that has no checkpoint to go on from', async () => {
    const folder = join(root, 'run');
    await record(1, folder, undefined, [start(0), step(1)]);
    await record(1, folder, undefined, [start(0), step(1)]);
    expect(logged(folder)).toEqual([
      ['start', 0],
      ['step', 1],
    ]);
  });
});
