import { UsageError } from '@bnrnn/core';
import { expectClose } from '@bnrnn/test-utils';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RunConfig } from '../run/run';
import { bnSettings, evaluationEvent, otherCorpus, realisticRun, run } from '../../test/fixtures';
import { compareRuns } from '../compare/compareRuns';
import { verticalDomain } from './chartSpec';
import { curvesSvg } from './curvesSvg';
import { chartOf } from './curve';
import { darkPalette, lightPalette, seriesSlots } from './palette';
import { smooth } from './smooth';
import { thin } from './thin';

const numbers = fc.array(fc.double({ min: -9, max: 9, noNaN: true }), {
  minLength: 1,
  maxLength: 60,
});

/** The averages of values at steps 1, 2, ... */
function smoothed(values: readonly number[], window: number): number[] {
  const points = values.map((y, i) => ({ x: i + 1, y }));
  return smooth(points, window).map(({ y }) => y);
}

describe('smooth', () => {
  it('averages over the window, less at the start, what there is at the end', () => {
    expectClose(smoothed([1, 2, 6, 3, 8], 3), [1, 3, 11 / 3, 17 / 3, 5.5], { rtol: 1e-15 });
    expect(smoothed([4, 2], 1)).toEqual([4, 2]);
  });

  it('counts the steps of the window, not the points that are left of a thinned log', () => {
    const points = [1, 20, 40, 60, 61, 62].map((x) => ({ x, y: x }));
    expect(smooth(points, 5).map(({ y }) => y)).toEqual([1, 20, 40, 61, 61, 61]);
    expect(smooth(points, 41).map(({ y }) => y)).toEqual([1, 10.5, 40, 55.75, 61, 61]);
  });

  it('keeps the first value and stays within the range', () => {
    fc.assert(
      fc.property(numbers, fc.integer({ min: 1, max: 30 }), (values, window) => {
        const means = smoothed(values, window);
        expect(means).toHaveLength(values.length);
        expect(means[0]).toBeCloseTo(values[0]!, 9);
        expect(Math.max(...means)).toBeLessThanOrEqual(Math.max(...values) + 1e-9);
        expect(Math.min(...means)).toBeGreaterThanOrEqual(Math.min(...values) - 1e-9);
      }),
      { seed: 3 },
    );
  });
});

describe('thin', () => {
  it('keeps the ends, the extremes and the order', () => {
    fc.assert(
      fc.property(numbers, fc.integer({ min: 4, max: 20 }), (values, most) => {
        const points = values.map((y, x) => ({ x, y }));
        const kept = thin(points, most);
        expect(kept.length).toBeLessThanOrEqual(most);
        expect(kept[0]).toEqual(points[0]);
        expect(kept.at(-1)).toEqual(points.at(-1));
        expect(kept.map(({ x }) => x)).toEqual([...kept.map(({ x }) => x)].sort((a, b) => a - b));
        expect(Math.max(...kept.map(({ y }) => y))).toBe(Math.max(...values));
        expect(Math.min(...kept.map(({ y }) => y))).toBe(Math.min(...values));
      }),
      { seed: 4 },
    );
  });
});

describe('verticalDomain', () => {
  const curve = (ys: number[]) => ({
    series: 'a',
    run: 0,
    line: ys.map((y, x) => ({ x, y })),
    raw: [],
  });
  const flat = Array.from({ length: 198 }, (_, i) => 5 - i / 197);

  it('leaves out a start that would flatten the rest', () => {
    const [low, high] = verticalDomain([curve([9, 8.5, 8, 7, ...flat])])!;
    expect(low).toBeCloseTo(3.96, 10);
    expect(high).toBeCloseTo(5.04, 10);
  });

  it('shows everything where that costs little or there are few points', () => {
    expect(verticalDomain([curve([5.2, 5.1, ...flat])])).toBeUndefined();
    expect(verticalDomain([curve([9, 5, 4])])).toBeUndefined();
  });
});

describe('seriesSlots', () => {
  const normalized = (
    ...placed: [placement: string, kind: string][]
  ): Pick<RunConfig, 'settings'> => ({
    settings: Object.fromEntries(
      placed.map(([at, value]) => [`model.normalize.${at}`, { value, source: 'chosen' }]),
    ),
  });
  const plain = normalized(['inputToHidden', 'none']);
  const input = normalized(['inputToHidden', 'frame']);

  it('gives a baseline and each placement their own colour in every chart', () => {
    expect(seriesSlots([plain, input], 8)).toEqual([0, 1]);
    expect(seriesSlots([input, plain], 8)).toEqual([1, 0]);
    const layer = normalized(['inputToHidden', 'layer']);
    const sum = normalized(['preActivation', 'frame']);
    const hidden = normalized(['hiddenToHidden', 'frame']);
    const both = normalized(['inputToHidden', 'frame'], ['hiddenToHidden', 'frame']);
    const cell = normalized(['inputToHidden', 'frame'], ['cell', 'frame']);
    expect(seriesSlots([layer, sum, input, hidden, both, cell], 8)).toEqual([5, 2, 1, 3, 4, 6]);
  });

  it('never uses a colour twice before all are used', () => {
    const configs = Array.from({ length: 8 }, (_, i) => (i % 2 === 0 ? plain : input));
    expect(new Set(seriesSlots(configs, 8)).size).toBe(8);
    expect(seriesSlots([...configs, plain], 8)).toHaveLength(9);
  });
});

describe('palettes', () => {
  it.each([
    ['light', lightPalette],
    ['dark', darkPalette],
  ])('%s lines stand out from their background at 3:1, text at 4.5:1', (_, palette) => {
    const against = palette.background ?? '';
    for (const colour of palette.series) expect(contrast(colour, against)).toBeGreaterThan(3);
    for (const colour of [palette.ink, palette.muted]) {
      expect(contrast(colour, against)).toBeGreaterThan(4.5);
    }
  });
});

const pair = [
  realisticRun({
    preset: 'ptb-small',
    seed: 1,
    steps: 600,
    stepsPerEpoch: 100,
    floor: 4,
    halfLife: 40,
    validation: 5,
  }),
  realisticRun({
    preset: 'ptb-small-bn',
    seed: 1,
    steps: 600,
    stepsPerEpoch: 100,
    floor: 3.9,
    halfLife: 30,
    validation: 5,
    settings: bnSettings,
  }),
];

describe('curvesSvg', () => {
  it('draws one line a run in its colour, its data behind, with axis titles and a legend', async () => {
    const svg = await curvesSvg(pair, 'training');
    expect(textsOf(svg)).toEqual(
      expect.arrayContaining([
        'training step',
        'training loss (nats per word)',
        'ptb-small',
        'ptb-small-bn',
      ]),
    );
    expect(linesOf(svg, 'layer_1')).toEqual(['#1f6ab0', '#cc4d14']);
    expect(linesOf(svg, 'layer_0')).toEqual(['#1f6ab0', '#cc4d14']);
    expect(svg).toContain(
      '<title>training loss (nats per word) against the training step: ptb-small, ptb-small-bn</title>',
    );
  });

  it('draws two seeds of a preset as two lines of one colour and one entry of the legend', async () => {
    const again = { ...pair[0]!, config: { ...pair[0]!.config, seed: 2 } };
    const svg = await curvesSvg([...pair, again], 'training');
    expect(linesOf(svg, 'layer_1')).toEqual(['#1f6ab0', '#1f6ab0', '#cc4d14']);
    expect(textsOf(svg).filter((text) => text === 'ptb-small')).toHaveLength(1);
  });

  it('draws validation against the epoch', async () => {
    const svg = await curvesSvg(pair, 'validation');
    expect(textsOf(svg)).toEqual(
      expect.arrayContaining(['epoch', 'validation loss (nats per word)', '6']),
    );
    expect(linesOf(svg, 'layer_0')).toEqual(['#1f6ab0', '#cc4d14']);
  });

  it('draws the error rate of frames in percent, that of training batches dashed', async () => {
    const events = [1, 2, 3].flatMap((epoch) => [
      evaluationEvent({ step: 10 * epoch, epoch: epoch - 1, frameErrorRate: 0.5 - 0.1 * epoch }),
      evaluationEvent({
        step: 10 * epoch,
        epoch: epoch - 1,
        split: 'train',
        nllPerUnit: 3,
        frameErrorRate: 0.4 - 0.1 * epoch,
      }),
    ]);
    const made = run([8, 7], { config: { preset: 'wsj-birnn', unit: 'frame' } });
    const frames = { ...made, events: [...made.events, ...events] };
    const [curve] = chartOf(compareRuns([frames]), 'error').curves;
    expect(curve!.line.map(({ x, y }) => [x, Math.round(y)])).toEqual([
      [1, 40],
      [2, 30],
      [3, 20],
    ]);
    expect(curve!.dashed!.map(({ y }) => Math.round(y))).toEqual([30, 20, 10]);
    const [losses] = chartOf(compareRuns([frames]), 'validation').curves;
    expect(losses!.dashed!.map(({ y }) => y)).toEqual([3, 3, 3]);
    const svg = await curvesSvg([frames], 'error');
    expect(textsOf(svg)).toEqual(expect.arrayContaining(['epoch', 'frame error rate (%)']));
    expect(linesOf(svg, 'layer_1')).toEqual(['#1f6ab0']);
    expect(svg).toMatch(/stroke-dasharray="5,4"/);
    await expect(curvesSvg([run([9, 8])], 'error')).rejects.toThrow('has data for the error curve');
  });

  it('gives the same bytes again, and whatever was drawn in between', async () => {
    const first = await curvesSvg(pair, 'training');
    await curvesSvg(pair, 'validation');
    expect(await curvesSvg(pair, 'training')).toBe(first);
  });

  it('escapes a preset that looks like markup', async () => {
    const svg = await curvesSvg([run([9, 8, 7], { config: { preset: '<b>&"x"' } })], 'training');
    expect(svg).not.toContain('<b>');
    expect(svg).toContain(
      'aria-label="training loss (nats per word) against the training step: &lt;b&gt;&amp;&quot;x&quot;"',
    );
  });

  it('refuses runs without such a curve, of two corpora, or another kind', async () => {
    const bare = run([9, 8]);
    await expect(curvesSvg([bare], 'validation')).rejects.toThrow(UsageError);
    const mixed = [bare, run([9], { config: { corpus: otherCorpus } })];
    await expect(curvesSvg(mixed, 'training')).rejects.toThrow(/different data/);
    await expect(curvesSvg([bare], 'loss' as 'training')).rejects.toThrow(
      'curvesSvg: kind is "loss"',
    );
  });
});

describe('chartOf', () => {
  it('places a validation at its share of the epochs, under the statistics evaluated most', () => {
    const made = run([9, 8, 7]);
    const events = [
      ...made.events,
      evaluationEvent({ step: 5, statistics: 'batch', nllPerUnit: 6 }),
      evaluationEvent({ step: 10, statistics: 'batch', nllPerUnit: 5.5 }),
      evaluationEvent({ step: 10, statistics: 'recalibrated', nllPerUnit: 5.4 }),
      evaluationEvent({ step: 10, split: 'test', statistics: 'batch', nllPerUnit: 1 }),
    ];
    const { curves } = chartOf(compareRuns([{ ...made, events }]), 'validation');
    expect(curves).toEqual([
      {
        series: 'ptb-small',
        run: 0,
        line: [
          { x: 0.5, y: 6 },
          { x: 1, y: 5.5 },
        ],
        raw: [],
        statistics: 'batch',
      },
    ]);
  });

  it('smooths training over a window that grows with the longest run', () => {
    const windowOf = (steps: number) =>
      chartOf(compareRuns([run(Array.from({ length: steps }, () => 5))]), 'training').window;
    expect([5, 100, 500, 5000].map(windowOf)).toEqual([1, 10, 30, 100]);
  });
});

function textsOf(svg: string): string[] {
  return [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text ?? '');
}

/** The stroke of each line drawn in a layer. */
function linesOf(svg: string, layer: string): string[] {
  const marks = svg.matchAll(
    new RegExp(`<g class="mark-line role-mark ${layer}\\w*"[^>]*>(.*?)</g>`, 'g'),
  );
  return [...marks].flatMap(([, content]) =>
    [...(content ?? '').matchAll(/<path[^>]* stroke="([^"]+)"/g)].map(([, stroke]) => stroke ?? ''),
  );
}

/** The contrast ratio of WCAG 2. */
function contrast(a: string, b: string): number {
  const [dark = 0, light = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
