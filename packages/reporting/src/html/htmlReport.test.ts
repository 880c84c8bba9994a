import { UsageError } from '@bnrnn/core';
import { beforeAll, describe, expect, it } from 'vitest';
import { bnSettings, evaluation, otherCorpus, realisticRun, run } from '../../test/fixtures';
import type { Run, RunConfig } from '../run/run';
import { markup } from './markup';
import { htmlReport } from './htmlReport';

const settings: RunConfig['settings'] = {
  ...bnSettings,
  'schedule.decayFactor': { value: 2, source: 'recalled' },
  'normalization.decay': { value: 0.9, source: 'chosen', note: 'no page says' },
};
const plain = realisticRun({
  preset: 'ptb-small',
  seed: 1,
  steps: 300,
  stepsPerEpoch: 100,
  floor: 4,
  halfLife: 40,
  validation: 5,
  settings: { ...settings, 'model.normalize.inputToHidden': { value: 'none', source: 'chosen' } },
});
const treated = realisticRun({
  preset: 'ptb-small-bn',
  seed: 1,
  steps: 300,
  stepsPerEpoch: 100,
  floor: 3.9,
  halfLife: 30,
  validation: 5.1,
  settings,
});

describe('htmlReport', () => {
  let page: string;
  beforeAll(async () => {
    page = await htmlReport([plain, treated]);
  });

  it('is well-formed', () => {
    expect(imbalance(page)).toBeUndefined();
  });

  it('loads nothing and runs nothing', () => {
    expect(page).not.toMatch(
      /https?:|<script|<link|<img|<iframe|<object|@import|url\((?!#)|\ssrc=|\shref=|\son\w+=/i,
    );
  });

  it('says what was measured, in words and figures', () => {
    const text = textOf(page);
    expect(text).toMatch(
      /At step 300 the training loss of ptb-small-bn is 0\.\d{3} nats per word below ptb-small's/,
    );
    expect(text).toMatch(/−0\.\d{3} nats per word/);
    expect(text).toMatch(/ptb-small [+−]\d+\.\d /);
  });

  it('shows both charts in colours that follow the page', () => {
    expect(page.match(/<svg[^>]* role="img" aria-label="[^"]+"/g)).toHaveLength(2);
    expect(page).toContain('stroke="var(--series-0)"');
    expect(page).toContain('stroke="var(--series-1)"');
    expect(page).toContain('@media (prefers-color-scheme:dark)');
    expect(page).toContain('@media print');
  });

  it('shows what differs, and every setting with its source', () => {
    const text = textOf(page);
    expect(text).toContain('model.normalize.inputToHidden none chosen frame text section 3.1');
    expect(text).toContain('normalization.decay 0.9 chosen no page says');
    expect(text).toContain('schedule.decayFactor 2 recalled');
    expect(text).toContain(
      'Each of the 4 settings carries its source. Recalled from public record without a page at hand: 1. Our own choice: 2.',
    );
  });

  it('shows corpus, commands, commit and versions', () => {
    const text = textOf(page);
    expect(text).toContain(`train 929,589 ${'fcea919f6cf83f35'.repeat(4)}`);
    expect(text).toContain('bnrnn train ptb-small-bn --data ptb --seed 1');
    expect(text).toContain('0b1c9e7d3f5a2468ace013579bdf02468ace0135');
    expect(text).toContain('bnrnn report runs/ptb-small-1 runs/ptb-small-bn-1');
    expect(text).toContain('@tensorflow/tfjs-core 4.22.0');
    expect(text).toContain('4,651,600 parameters');
  });

  it('shows the commands that went on with a run', async () => {
    const [command, commit] = ['bnrnn train ptb-small-bn --out run --resume --epochs 20', 'b7'];
    const resumptions = [{ step: 1200, command, commit }];
    const resumed: Run = { ...treated, config: { ...treated.config, resumptions } };
    const text = textOf(await htmlReport([resumed]));
    expect(text).toContain(`It went on after step 1,200, at ${commit}: ${command}`);
  });

  it('gives the same bytes again', async () => {
    expect(await htmlReport([plain, treated])).toBe(page);
  });

  it('escapes everything that a run says', async () => {
    const bad = `<img src=x onerror="alert('1')">&`;
    const hostile: Run = {
      ...treated,
      folder: `runs/${bad}`,
      config: {
        ...treated.config,
        preset: bad,
        recipe: bad,
        backend: bad,
        command: bad,
        commit: bad,
        resumptions: [{ step: 1, command: bad, commit: bad }],
        corpus: {
          ...treated.config.corpus,
          name: bad,
          sha256: { [bad]: bad },
          counts: { [bad]: 3 },
        },
        versions: { [bad]: bad },
        settings: { [bad]: { value: bad, source: 'user', note: bad } },
      },
      events: [
        ...treated.events,
        { type: 'warning', step: 3, epoch: 0, at: 3, code: bad, message: bad },
      ],
    };
    const text = await htmlReport([hostile]);
    expect(text).not.toContain('<img');
    expect(imbalance(text)).toBeUndefined();
    expect(textOf(text)).toContain(`step 3: ${bad} (${bad})`);
  });

  it('lists several pairs as sentences, and warnings by kind with their count', async () => {
    const layer: Run = { ...treated, config: { ...treated.config, preset: 'ptb-small-layer' } };
    const warn = (step: number) =>
      ({
        type: 'warning',
        step,
        epoch: 0,
        at: step,
        code: 'few-rows',
        message: 'One row.',
      }) as const;
    const warned: Run = { ...treated, events: [...treated.events, warn(7), warn(9)] };
    const text = await htmlReport([plain, warned, layer]);
    expect(text.match(/<li>At step 300/g)).toHaveLength(2);
    expect(textOf(text)).toContain(
      'ptb-small-bn, seed 1, step 7: One row. (few-rows, 2 times in all)',
    );
    expect(imbalance(text)).toBeUndefined();
  });

  it('reports a run that has hardly begun', async () => {
    const bare: Run = { ...run([]), events: [], result: undefined };
    const text = textOf(await htmlReport([bare]));
    expect(text).toContain('ptb-small reached no training step after 0 steps.');
    expect(text).toContain('not ended when this page was made');
    expect(text).not.toContain('Curves');
    expect(text).not.toMatch(/NaN|undefined|Infinity/);
  });

  it('tells what one model reached', async () => {
    const one = run([9, 8.5], { evaluations: [evaluation('running', 5)] });
    expect(textOf(await htmlReport([one]))).toContain(
      'ptb-small reached a training loss of 8.500 nats per word and a validation perplexity of 148.4 (running statistics) after 2 steps.',
    );
  });

  it.each([
    [undefined, 'Take the code that the runs were made with; they do not name a commit.'],
    ['0b1c9e7d', 'To have the same code, check out commit 0b1c9e7d and run npm ci.'],
    ['0b1c9e7d-changed', 'commit 0b1c9e7d (the runs were made with changes to it) and run npm ci.'],
    ['@bnrnn/cli 0.1.0', 'To have the same code, install @bnrnn/cli 0.1.0.'],
  ])('tells how to get the code of %s', async (commit, sentence) => {
    const made = run([9], commit === undefined ? {} : { config: { commit } });
    expect(textOf(await htmlReport([made]))).toContain(sentence);
  });

  it('shows of an absolute folder the last part only', async () => {
    const text = textOf(await htmlReport([run([9], { folder: '/home/someone/runs/a' })]));
    expect(text).toContain('bnrnn report a ');
    expect(text).not.toContain('someone');
  });

  it('refuses two corpora', async () => {
    const other = run([9], { config: { corpus: otherCorpus } });
    await expect(htmlReport([plain, other])).rejects.toThrow(UsageError);
  });

  describe('of two runs of thirteen epochs', () => {
    const long = (preset: string) =>
      realisticRun({
        preset,
        seed: 1,
        steps: 18_876,
        stepsPerEpoch: 1452,
        floor: 4,
        halfLife: 60,
        validation: 4.7,
      });
    let big: string;
    beforeAll(async () => {
      big = await htmlReport([long('ptb-small'), long('ptb-small-bn')]);
    });

    it('stays small', () => {
      expect(big.length).toBeLessThan(200_000);
    });

    it('has no id twice, and every reference inside it is to one of its ids', () => {
      const ids = [...big.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id);
      const references = [...big.matchAll(/url\(#([^)]+)\)/g)].map(([, id]) => id);
      expect(new Set(ids).size).toBe(ids.length);
      expect(new Set(references)).toEqual(new Set(ids));
      expect(ids.length).toBeGreaterThan(0);
      expect(textOf(big)).toContain('The first steps lie above the range shown.');
    });
  });
});

describe('markup', () => {
  it('escapes text, keeps HTML and joins lists', () => {
    const items = ['a<b', 'c'].map((text) => markup`<li>${text}</li>`);
    expect(markup`<ul>${items}</ul>${3}${'"'}`.html).toBe(
      '<ul><li>a&lt;b</li><li>c</li></ul>3&quot;',
    );
  });
});

const unclosed = new Set(['meta', 'br']);

/** The first tag that is closed wrongly or not at all; undefined for a well-formed page. */
function imbalance(page: string): string | undefined {
  const open: string[] = [];
  const body = page.replace(/^<!doctype html>/, '').replace(/<style>[^<]*<\/style>/, '');
  for (const [tag, slash, name = '', attributes = ''] of body.matchAll(
    /<(\/?)([a-zA-Z][\w-]*)((?:\s+[\w:-]+(?:="[^"<]*")?)*\s*\/?)>/g,
  )) {
    if (slash === '/') {
      if (open.pop() !== name) return tag;
    } else if (!attributes.endsWith('/') && !unclosed.has(name)) open.push(name);
  }
  const stray = body.replace(/<\/?[a-zA-Z][^<>]*>/g, '').match(/[<>]|&(?!\w+;|#\d+;).{0,20}/);
  return open.at(-1) ?? stray?.[0];
}

/** What a reader sees, with single blanks. */
function textOf(page: string): string {
  return page
    .replace(/<style>[^<]*<\/style>/, '')
    .replace(/<\/?(?:span|code|small|br)[^>]*>/g, '')
    .replace(/<[^>]*>/g, ' ')
    .replaceAll('&#32;', ' ')
    .replace(/\s+/g, ' ')
    .replace(/ ([),.])/g, '$1')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
}
