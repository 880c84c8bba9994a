import type { RunEvent } from '@bnrnn/core';
import { describe, expect, it } from 'vitest';
import { evaluationEvent, startEvent, stepEvent } from '../../test/fixtures';
import { progress, type ProgressOptions } from './progress';

const start = startEvent({ totalSteps: 40 });
const steps = [1, 2, 3, 4].map((step) =>
  stepEvent(step, 7, { at: 1000 * step, unitsPerSecond: 9312 }),
);

function watch(
  events: readonly RunEvent[],
  stream: { isTTY?: boolean; columns?: number } = {},
  options?: ProgressOptions,
): string {
  let text = '';
  const consumer = progress({ ...stream, write: (more: string) => (text += more) }, options);
  for (const event of events) consumer.write(event);
  consumer.close();
  return text;
}

const lastDraw = (text: string) => text.trimEnd().split('\r\u001B[K').at(-1) ?? '';

describe('progress on a terminal', () => {
  const shown = lastDraw(watch([start, ...steps], { isTTY: true, columns: 110 }));

  it('shows preset, steps, loss, perplexity, speed and the time left', () => {
    // 3 steps in 3 seconds, 36 to go; exp 7 = 1096.6.
    expect(shown).toMatch(
      /^ptb-small ━+─+ 4\/40 {2}loss 7\.000 {2}perplexity 1,096\.6 {2}9,312 words\/s {2}0:36 left$/,
    );
  });

  it('fills the bar by the share of steps done', () => {
    const half = watch([startEvent({ totalSteps: 4 }), ...steps.slice(0, 2)], {
      isTTY: true,
      columns: 200,
    });
    expect(lastDraw(half)).toContain(` ${'━'.repeat(20)}${'─'.repeat(20)} `);
    const done = watch([startEvent({ totalSteps: 4 }), ...steps], { isTTY: true, columns: 200 });
    expect(lastDraw(done)).toContain(` ${'━'.repeat(40)} `);
  });

  it.each([30, 60, 80, 100])('stays within a terminal of %d columns', (columns) => {
    const draws = watch([start, ...steps], { isTTY: true, columns })
      .split('\r\u001B[K')
      .slice(1)
      .map((draw) => draw.trimEnd());
    expect(Math.max(...draws.map((draw) => draw.length))).toBeLessThan(columns);
  });

  it('gives up words before numbers where the terminal is narrow', () => {
    const at = (columns: number) => lastDraw(watch([start, ...steps], { isTTY: true, columns }));
    expect(at(80)).toMatch(/^ptb-small ━?─+ 4\/40 {2}loss 7\.000 {2}ppl 1,096\.6 .* 0:36 left$/);
    expect(at(66)).toMatch(/^━?─+ 4\/40 {2}loss 7\.000 {2}ppl 1,096\.6 .* 0:36 left$/);
  });

  it('averages the loss over the recent steps', () => {
    const two = [stepEvent(1, 8), stepEvent(2, 6)];
    // (0.95·8 + 6) / 1.95
    expect(lastDraw(watch([start, ...two], { isTTY: true }))).toContain('loss 6.974');
  });

  it('redraws no oftener than asked, but always the last step', () => {
    const fast = [1, 2, 3, 4].map((step) => stepEvent(step, 7, { at: 10 * step }));
    const text = watch([startEvent({ totalSteps: 4 }), ...fast], { isTTY: true });
    expect(text.match(/\d\/4/g)).toEqual(['1/4', '4/4']);
  });

  it('clears the line for an evaluation and ends it on close', () => {
    const text = watch(
      [start, ...steps, evaluationEvent({ step: 4, nllPerUnit: 5.0106, perplexity: 150 })],
      {
        isTTY: true,
      },
    );
    expect(text).toMatch(
      /\r\u001B\[Kptb-small: epoch 1, step 4: validation 5\.011 nats per word, perplexity 150\.0 \(running statistics\)\n$/,
    );
    expect(watch([start, ...steps], { isTTY: true })).toMatch(/left\n$/);
  });

  it('counts the time left from a resume, not from the first start', () => {
    const resumed = [
      startEvent({ totalSteps: 40, step: 20, resumed: true }),
      stepEvent(21, 7, { at: 100_000 }),
      stepEvent(22, 7, { at: 102_000 }),
    ];
    expect(lastDraw(watch(resumed, { isTTY: true, columns: 120 }))).toContain('0:36 left');
  });
});

describe.each([{ isTTY: true, columns: 60 }, {}])('progress on %j', (stream) => {
  it('escapes what data name, within the width of a terminal', () => {
    const preset = 'p\u001b[2J\nq';
    const named = startEvent({
      totalSteps: 40,
      preset,
      corpus: { ...start.corpus, name: '\u202ec' },
    });
    const at = { step: 4, epoch: 0, at: 4000 };
    const warning = { type: 'warning', ...at, code: 'few-rows', message: '\u009b1m' } as const;
    const text = watch([named, ...steps, warning, steps[3]!], stream, { lineSeconds: 1 });
    expect(text).toContain('p\\u001b[2J\\u000aq');
    expect(text).toContain('corpus \\u202ec');
    expect(text).toContain('\\u009b1m');
    const lines = text.replaceAll('\r\u001b[K', '\n').split('\n');
    for (const line of lines) expect(line).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u);
    const bars = lines.filter((line) => line.includes('━') || line.includes('─'));
    expect(bars).toHaveLength(stream.isTTY === true ? 4 : 0);
    for (const bar of bars) expect(bar.length).toBeLessThan(60);
  });
});

describe('progress without a terminal', () => {
  it('writes plain lines now and then', () => {
    const lines = watch([start, ...steps], {}, { lineSeconds: 3 })
      .trimEnd()
      .split('\n');
    expect(lines).toEqual([
      'ptb-small: recipe authors-code, backend wasm, seed 1, corpus ptb; 4,651,600 parameters, 40 steps',
      'ptb-small: step 1/40  loss 7.000  perplexity 1,096.6  9,312 words/s',
      'ptb-small: step 4/40  loss 7.000  perplexity 1,096.6  9,312 words/s  0:36 left',
    ]);
  });

  it('tells warnings and the end, and nothing of a checkpoint', () => {
    const at = { step: 4, epoch: 0, at: 4000 };
    const text = watch([
      start,
      { type: 'checkpoint', ...at, path: 'checkpoints/4', best: true },
      { type: 'warning', ...at, code: 'few-rows', message: 'A step had 1 row.' },
      { type: 'end', ...at, reason: 'max-steps', seconds: 75 },
    ]);
    expect(text.split('\n').slice(1)).toEqual([
      'ptb-small: warning (few-rows) at step 4: A step had 1 row.',
      'ptb-small: stopped at the step limit after 4 steps, 1:15',
      '',
    ]);
  });

  it('gives frames an error rate and no perplexity', () => {
    const text = watch([
      startEvent({ unit: 'frame', preset: 'wsj-birnn' }),
      stepEvent(1, 2.5),
      evaluationEvent({ nllPerUnit: 1.11, frameErrorRate: 0.3344 }),
    ]);
    expect(text).toContain('9,000 frames/s');
    expect(text).toContain('1.110 nats per frame, frame error rate 33.44 %');
    expect(text).not.toContain('perplexity');
  });
});
