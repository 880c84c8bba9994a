import { appendFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DataError, type RunEvent } from '@bnrnn/core';
import { beforeEach, describe, expect, it } from 'vitest';
import { evaluationEvent, startEvent, stepEvent } from '../../test/fixtures';
import { parseEventLines } from '../events/eventLines';
import { jsonLines } from './jsonLines';
import { truncateEvents } from './truncateEvents';
import { temporaryFolder } from '../../test/temporaryFolder';

let file: string;
beforeEach(() => {
  file = join(temporaryFolder(), 'run', 'events.jsonl');
});

const read = (): RunEvent[] =>
  parseEventLines(readFileSync(file, 'utf8'), file).map(({ event }) => event);

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
    expect(() => jsonLines(file)).toThrow('events.jsonl:1 is not JSON.');
  });
});

describe('truncateEvents', () => {
  it('drops what comes after the checkpoint, whatever its kind, and keeps the rest byte for byte', () => {
    log(startEvent(), stepEvent(1, 9), stepEvent(2, 8), evaluationEvent({ step: 2 }));
    const kept = readFileSync(file, 'utf8');
    log(stepEvent(3, 7), evaluationEvent({ step: 3 }));
    expect(truncateEvents(file, 2)).toBe(2);
    expect(readFileSync(file, 'utf8')).toBe(kept);
  });

  it('lets a resumed run continue without a step twice', () => {
    log(startEvent(), stepEvent(1, 9), stepEvent(2, 8), stepEvent(3, 7));
    appendFileSync(file, '{"type":"st');
    truncateEvents(file, 1);
    log(startEvent({ step: 1, resumed: true }), stepEvent(2, 8), stepEvent(3, 7));
    expect(read().map(({ type, step }) => [type, step])).toEqual([
      ['start', 0],
      ['step', 1],
      ['start', 1],
      ['step', 2],
      ['step', 3],
    ]);
  });

  it('drops the end of a run that goes on, but leaves it to a log that is only opened', () => {
    log(stepEvent(1, 9), {
      type: 'end',
      step: 1,
      epoch: 0,
      at: 9,
      reason: 'interrupted',
      seconds: 1,
    });
    log();
    expect(read().map(({ type }) => type)).toEqual(['step', 'end']);
    expect(truncateEvents(file, 1)).toBe(1);
    expect(read().map(({ type }) => type)).toEqual(['step']);
  });

  it('does nothing where there is no file, and leaves no other file behind', () => {
    expect(truncateEvents(file, 5)).toBe(0);
    expect(existsSync(file)).toBe(false);
    log(stepEvent(1, 9), stepEvent(2, 8));
    truncateEvents(file, 1);
    expect(readdirSync(join(file, '..'))).toEqual(['events.jsonl']);
  });
});

describe('parseEventLines', () => {
  const whole = JSON.stringify(stepEvent(1, 9));

  it('leaves out a torn last line and only that', () => {
    expect(parseEventLines(`${whole}\n${whole.slice(0, 40)}`, 'x')).toHaveLength(1);
    expect(parseEventLines(`${whole}\n${whole}`, 'x')).toHaveLength(2);
    expect(() => parseEventLines(`${whole.slice(0, 40)}\n${whole}\n`, 'x')).toThrow(
      'x:1 is not JSON.',
    );
  });

  it('refuses a finished line with a wrong field', () => {
    const wrong = JSON.stringify({ ...stepEvent(2, 8), loss: 'low' });
    expect(() => parseEventLines(`${whole}\n${wrong}\n`, 'x')).toThrow(/x:2: loss is "low"/);
  });
});
