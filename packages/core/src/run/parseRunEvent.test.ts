import { expect, it } from 'vitest';
import { DataError } from '../errors';
import { parseRunEvent } from './parseRunEvent';
import type { RunEvent } from './runEvent';

const position = { step: 40, epoch: 1, at: 1_444_003_200_000 };

const events: RunEvent[] = [
  {
    type: 'start',
    ...position,
    preset: 'ptb-small-bn',
    recipe: 'authors-code',
    backend: 'simd',
    seed: 3,
    corpus: { name: 'ptb', sha256: { train: 'fcea' }, counts: { train: 929_589 }, classes: 10_000 },
    unit: 'word',
    parameters: 4_651_600,
    stepsPerEpoch: 1452,
    totalSteps: 7260,
    resumed: false,
  },
  {
    type: 'step',
    ...position,
    loss: 6.1,
    learningRate: 1,
    gradientNorm: 8.5,
    clipped: true,
    units: 640,
    unitsPerSecond: 5400.5,
  },
  {
    type: 'evaluation',
    ...position,
    split: 'valid',
    statistics: 'recalibrated',
    nllPerUnit: 4.78,
    perplexity: 119.1,
    perplexityMeanOfBatches: 121.7,
    units: 73_600,
  },
  {
    type: 'epoch',
    ...position,
    learningRate: 0.5,
    trainNllPerUnit: 4.4,
    trainPerplexity: 81.5,
    trainPerplexityMeanOfBatches: 83.2,
    seconds: 170.25,
  },
  { type: 'checkpoint', ...position, path: 'checkpoints/000040', best: true },
  { type: 'warning', ...position, code: 'few-rows', message: 'Step 3 has one real row.' },
  { type: 'end', ...position, reason: 'interrupted', seconds: 12 },
];

it.each(events)('reads a $type event back', (event) => {
  expect(parseRunEvent(JSON.stringify(event), 'events.jsonl:1')).toEqual(event);
});

const withField = (type: RunEvent['type'], field: string, value: unknown): string =>
  JSON.stringify({ ...events.find((event) => event.type === type), [field]: value });

it.each([
  ['{"type":"step"', 'events.jsonl:12 is not JSON: it is truncated or altered.'],
  ['', 'events.jsonl:12 is not JSON: it is truncated or altered.'],
  [withField('step', 'loss', null), 'events.jsonl:12: loss is null, expected a number.'],
  [
    withField('step', 'clipped', 'yes'),
    'events.jsonl:12: clipped is "yes", expected true or false.',
  ],
  [withField('step', 'step', 1.5), 'events.jsonl:12: step is 1.5, expected a whole number.'],
  [withField('step', 'units', -1), 'events.jsonl:12: units is -1, expected at least 0.'],
  [
    withField('evaluation', 'statistics', 'moving'),
    'events.jsonl:12: statistics is "moving", expected one of batch, running, recalibrated.',
  ],
  [
    withField('start', 'corpus', { name: 'ptb', sha256: {}, counts: { train: '9' }, classes: 1 }),
    'events.jsonl:12: corpus.counts.train is "9", expected a number.',
  ],
  [
    withField('end', 'type', 'finish'),
    'events.jsonl:12: type is "finish", expected ' +
      'one of start, step, evaluation, epoch, checkpoint, warning, end.',
  ],
  ['[1]', 'events.jsonl:12: type is missing, expected'],
  ['7', 'events.jsonl:12: the content is 7, expected an object.'],
])('refuses %s', (line, sentence) => {
  const parse = (): RunEvent => parseRunEvent(line, 'events.jsonl:12');
  expect(parse).toThrow(DataError);
  expect(parse).toThrow(sentence);
});

it('drops fields that no event has', () => {
  const parsed = parseRunEvent(withField('end', 'colour', 'red'), 'events.jsonl:1');
  expect(parsed).toEqual(events.find((event) => event.type === 'end'));
});
