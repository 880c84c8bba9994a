import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DataError, type RunEvent } from '@bnrnn/core';
import { beforeEach, describe, expect, it } from 'vitest';
import { evaluationEvent, startEvent, stepEvent } from '../../test/fixtures';
import { eventsOfLines, linesOfText } from '../events/eventLines';
import { continueEvents } from './continueEvents';
import { jsonLines } from './jsonLines';
import { readEvents } from './readEvents';
import { mountsDisks, smallDisk } from '@bnrnn/test-utils/smallDisk';
import { temporaryFolder } from '../../test/temporaryFolder';

let file: string;
beforeEach(() => {
  file = join(temporaryFolder(), 'run', 'events.jsonl');
});

const read = (): RunEvent[] => [...readEvents(file)];

function log(...events: RunEvent[]): void {
  const lines = jsonLines(file);
  for (const event of events) lines.write(event);
  lines.close();
}

describe('jsonLines', () => {
  it('appends what it hears, in order, and makes the folder', () => {
    log(startEvent(), stepEvent(1, 9.21));
    log(stepEvent(2, 8.5));
    expect(read()).toEqual([startEvent(), stepEvent(1, 9.21), stepEvent(2, 8.5)]);
  });

  it('hands each line over before it is closed', () => {
    const lines = jsonLines(file);
    lines.write(stepEvent(1, 9.21));
    expect(read()).toEqual([stepEvent(1, 9.21)]);
    lines.close();
  });

  it('removes the half line of a kill before it appends', () => {
    log(stepEvent(1, 9.21));
    appendFileSync(file, '{"type":"step","step":2,"lo');
    log(stepEvent(2, 8.5));
    expect(read()).toEqual([stepEvent(1, 9.21), stepEvent(2, 8.5)]);
  });

  it('ends a whole last line that lacks its line break', () => {
    log(stepEvent(1, 9.21));
    writeFileSync(file, readFileSync(file, 'utf8').trimEnd());
    log(stepEvent(2, 8.5));
    expect(read()).toEqual([stepEvent(1, 9.21), stepEvent(2, 8.5)]);
  });

  it('refuses to append to something else', () => {
    log(stepEvent(1, 9.21));
    writeFileSync(file, 'not events\nat all\n');
    expect(() => jsonLines(file)).toThrow(DataError);
    expect(() => jsonLines(file)).toThrow(
      'events.jsonl: the last line is not JSON: it is truncated or altered.',
    );
  });

  it.runIf(process.platform === 'linux')('says that the disk is full', () => {
    const lines = jsonLines('/dev/full');
    expect(() => lines.write(stepEvent(1, 9))).toThrow(
      '/dev/full cannot be written: the disk is full.',
    );
    lines.close();
  });
});

describe('continueEvents', () => {
  const nothing = { dropped: 0, damaged: 0, setAside: undefined, missing: 0 };

  it('drops what comes after the checkpoint, whatever its kind, and keeps the rest byte for byte', async () => {
    log(startEvent(), stepEvent(1, 9), stepEvent(2, 8), evaluationEvent({ step: 2 }));
    const kept = readFileSync(file, 'utf8');
    log(stepEvent(3, 7), evaluationEvent({ step: 3 }));
    expect(await continueEvents(file, 2)).toEqual({ ...nothing, dropped: 2 });
    expect(readFileSync(file, 'utf8')).toBe(kept);
    expect(readdirSync(join(file, '..'))).toEqual(['events.jsonl']);
  });

  it('lets a resumed run continue without a step twice', async () => {
    log(startEvent(), stepEvent(1, 9), stepEvent(2, 8), stepEvent(3, 7));
    appendFileSync(file, '{"type":"st');
    expect(await continueEvents(file, 1)).toEqual({ ...nothing, dropped: 2 });
    log(startEvent({ step: 1, resumed: true }), stepEvent(2, 8), stepEvent(3, 7));
    expect(read().map(({ type, step }) => [type, step])).toEqual([
      ['start', 0],
      ['step', 1],
      ['start', 1],
      ['step', 2],
      ['step', 3],
    ]);
  });

  it('drops the end of a run that goes on, wherever it stands, but leaves it to a log that is only opened', async () => {
    const end = { type: 'end', epoch: 0, at: 9, reason: 'interrupted', seconds: 1 } as const;
    log(stepEvent(1, 9), { ...end, step: 1 });
    log();
    expect(read().map(({ type }) => type)).toEqual(['step', 'end']);
    log(stepEvent(2, 9), stepEvent(3, 9));
    expect(await continueEvents(file, 2)).toEqual({ ...nothing, dropped: 2 });
    expect(read().map(({ type, step }) => [type, step])).toEqual([
      ['step', 1],
      ['step', 2],
    ]);
  });

  it('keeps a whole last line that lacks its break', async () => {
    log(stepEvent(1, 9), stepEvent(2, 8));
    const whole = readFileSync(file, 'utf8');
    writeFileSync(file, whole.trimEnd());
    expect(await continueEvents(file, 2)).toEqual(nothing);
    expect(readFileSync(file, 'utf8')).toBe(whole);
  });

  it('counts the steps that a log lacks: cut, empty, missing', async () => {
    expect(await continueEvents(file, 5)).toEqual({ ...nothing, missing: 5 });
    expect(existsSync(file)).toBe(false);
    log(startEvent(), stepEvent(1, 9), stepEvent(2, 8));
    expect(await continueEvents(file, 5)).toEqual({ ...nothing, missing: 3 });
    writeFileSync(file, '');
    expect(await continueEvents(file, 5)).toEqual({ ...nothing, missing: 5 });
  });

  it('keeps a damaged log aside, under a name of its own each time, and goes on with what is whole', async () => {
    log(startEvent(), stepEvent(1, 9), stepEvent(2, 8), stepEvent(3, 7));
    const damage = (): string => {
      const bytes = readFileSync(file);
      const at = bytes.indexOf('"loss":8');
      bytes[at + 1] = (bytes[at + 1] ?? 0) ^ 1; // one bit
      writeFileSync(file, bytes);
      return bytes.toString();
    };
    const before = damage();
    const setAside = `${file}.damaged`;
    expect(await continueEvents(file, 3)).toEqual({ ...nothing, damaged: 1, missing: 1, setAside });
    expect(readFileSync(setAside, 'utf8')).toBe(before);
    expect(read().map(({ type, step }) => [type, step])).toEqual([
      ['start', 0],
      ['step', 1],
      ['step', 3],
    ]);
    writeFileSync(file, 'not events\nat all\n');
    const all = await continueEvents(file, 3);
    expect(all).toEqual({ ...nothing, damaged: 2, missing: 3, setAside: `${setAside}-2` });
    expect(read()).toEqual([]);
  });

  it('reads lines across the parts that a file is read in, in bounded memory', async () => {
    const events = Array.from({ length: 12_000 }, (_, i) => stepEvent(i + 1, 9 + i / 7));
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, events.map((event) => `${JSON.stringify(event)}\n`).join(''));
    expect(statSync(file).size).toBeGreaterThan(2 ** 20);
    expect(read()).toEqual(events);
    expect(await continueEvents(file, 11_000)).toEqual({ ...nothing, dropped: 1000 });
    expect(read()).toEqual(events.slice(0, 11_000));
    // A line that never ends is no event, and is not kept in memory.
    appendFileSync(file, Buffer.alloc(2 ** 24, 65));
    expect(await continueEvents(file, 11_000)).toEqual(nothing);
    expect(read()).toHaveLength(11_000);
  });

  it.runIf(mountsDisks)('says that the disk is full and leaves the log as it was', async () => {
    const small = smallDisk(64);
    file = join(small, 'events.jsonl');
    const events = Array.from({ length: 300 }, (_, i) => stepEvent(i + 1, 9 + i / 7));
    const text = events.map((event) => `${JSON.stringify(event)}\n`).join('');
    writeFileSync(file, text);
    await expect(continueEvents(file, 290)).rejects.toThrow(
      `${file} cannot be written: the disk is full.`,
    );
    expect(readFileSync(file, 'utf8')).toBe(text);
    expect(readdirSync(small)).toEqual(['events.jsonl']);
    const lines = jsonLines(file);
    expect(() => {
      for (let i = 0; i < 1000; i++) lines.write(stepEvent(301 + i, 8));
    }).toThrow(`${file} cannot be written: the disk is full.`);
    lines.close();
  });
});

describe('eventsOfLines', () => {
  const whole = JSON.stringify(stepEvent(1, 9));
  const parse = (text: string): RunEvent[] => [...eventsOfLines(linesOfText(text), 'x')];

  it('leaves out a torn last line and only that', () => {
    expect(parse(`${whole}\n${whole.slice(0, 40)}`)).toHaveLength(1);
    expect(parse(`${whole}\n${whole}`)).toHaveLength(2);
    expect(() => parse(`${whole.slice(0, 40)}\n${whole}\n`)).toThrow(
      'x:1 is not JSON: it is truncated or altered.',
    );
  });

  it('refuses a finished line with a wrong field', () => {
    const wrong = JSON.stringify({ ...stepEvent(2, 8), loss: 'low' });
    expect(() => parse(`${whole}\n${wrong}\n`)).toThrow(/x:2: loss is "low"/);
  });
});
