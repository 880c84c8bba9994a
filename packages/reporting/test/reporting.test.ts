import { join } from 'node:path';
import { comparisonTable, curvesSvg, htmlReport, progress } from '@bnrnn/reporting';
import { continueEvents, jsonLines, readRun } from '@bnrnn/reporting/node';
import { expect, it } from 'vitest';
import { bnSettings, realisticRun, writeRun } from './fixtures';
import { temporaryFolder } from './temporaryFolder';

it('goes from the events of two runs to their table, curves and page', async () => {
  const home = temporaryFolder();
  const shape = { seed: 1, steps: 60, stepsPerEpoch: 20, validation: 5 };
  const made = [
    realisticRun({ preset: 'ptb-small', floor: 4.2, halfLife: 20, ...shape }),
    realisticRun({
      preset: 'ptb-small-bn',
      floor: 4,
      halfLife: 15,
      settings: bnSettings,
      ...shape,
    }),
  ];
  let shown = '';
  for (const one of made) {
    const folder = join(home, one.config.preset);
    writeRun(folder, { ...one, events: [] });
    const consumers = [
      progress({ write: (text) => (shown += text) }),
      jsonLines(join(folder, 'events.jsonl')),
    ];
    for (const event of one.events) for (const consumer of consumers) consumer.write(event);
    for (const consumer of consumers) consumer.close();
  }
  expect(shown.match(/finished after 60 steps/g)).toHaveLength(2);

  const runs = await Promise.all(made.map(({ config }) => readRun(join(home, config.preset))));
  expect(runs.map(({ events }) => events)).toEqual(made.map(({ events }) => events));
  const table = comparisonTable(runs);
  expect(table).toMatch(
    /At step 60 the training loss of ptb-small-bn is 0\.\d{3} nats per word below/,
  );
  const page = await htmlReport(runs);
  for (const number of table.match(/\d\.\d{3}/g) ?? ['none']) expect(page).toContain(number);
  expect(await curvesSvg(runs, 'validation')).toContain('>ptb-small-bn</text>');

  const { dropped } = await continueEvents(join(home, 'ptb-small', 'events.jsonl'), 20);
  expect(dropped).toBeGreaterThan(40);
  const cut = await readRun(join(home, 'ptb-small'));
  expect(cut.events.at(-1)).toMatchObject({ type: 'epoch', step: 20 });
});
