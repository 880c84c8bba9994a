import { describe, expect, it } from 'vitest';
import { resolveRun } from '../config/resolveRun';
import { readOverride } from '../settings/readSetting';
import { language } from '../tasks/language';
import { speech } from '../tasks/speech';
import { frameClassifierSpec, languageModelSpec } from './modelSpec';
import { parameterCount } from './parameterCount';

function specOf(preset: string, recipe = 'authors-code', ...assignments: string[]) {
  const overrides = assignments.map(readOverride);
  const { settings } = resolveRun(language, { preset, recipe, data: 'text', overrides });
  return languageModelSpec(settings, { classes: 10_000 });
}

function speechSpecOf(preset: string, ...assignments: string[]) {
  const data = { train: 'train', dev: 'dev', alignments: ['ali'] };
  const overrides = assignments.map(readOverride);
  const { settings } = resolveRun(speech, { preset, data, overrides });
  return frameClassifierSpec(settings, { features: 69, classes: 3_546 });
}

describe('parameterCount', () => {
  it.each([
    ['ptb-small', 'authors-code', 4_651_600],
    ['ptb-small', 'zaremba', 4_653_200],
    ['ptb-small-bn', 'authors-code', 4_653_200],
    ['ptb-medium', 'authors-code', 19_775_200],
    ['ptb-medium-bn', 'authors-code', 19_780_400],
    ['ptb-large', 'authors-code', 66_022_000],
    ['ptb-large-bn', 'authors-code', 66_034_000],
    ['ptb-small-rnn', 'authors-code', 4_170_400],
  ])('%s under %s has %d', (preset, recipe, count) => {
    expect(parameterCount(specOf(preset, recipe))).toBe(count);
  });

  it.each([
    ['wsj-birnn', 8_424_546],
    ['wsj-birnn-bn', 8_434_546],
  ])('%s has %d with 69 inputs and 3,546 classes', (preset, count) => {
    expect(parameterCount(speechSpecOf(preset))).toBe(count);
  });

  it('counts one normalizer for both directions once', () => {
    const shared = speechSpecOf('wsj-birnn-bn', 'model.directionStatistics=shared');
    // A gain and a shift of 1,000 fewer in each of the five layers.
    expect(parameterCount(shared)).toBe(8_434_546 - 5 * 2_000);
  });
});

describe('languageModelSpec', () => {
  it('puts the authors’ frame-wise normalizer on W·x of both layers and nowhere else', () => {
    const frame = {
      kind: 'batch',
      over: 'frame',
      epsilon: 1e-6,
      epsilonRule: 'double',
      gain: 1,
      decay: 0.9,
      perStep: false,
      maxSteps: 20,
    };
    const layer = {
      kind: 'lstm',
      units: 200,
      biases: 1,
      peepholes: 'none',
      normalize: { inputToHidden: frame },
    };
    expect(specOf('ptb-small-bn')).toEqual({
      kind: 'languageModel',
      unit: 'word',
      vocabulary: 10_000,
      embedding: 200,
      layers: [layer, layer],
      dropout: 0,
      initializer: { kind: 'uniform', range: 0.1 },
    });
  });

  it('leaves the baseline without normalizers', () => {
    expect(specOf('ptb-large').layers[1]).toMatchObject({ units: 1500, normalize: {} });
    expect(specOf('ptb-large').dropout).toBe(0.65);
  });

  it('gives Cooijmans’ three placements statistics of each step of the window', () => {
    const [layer] = specOf('ptb-small-cooijmans', 'zaremba').layers;
    const normalizer = {
      gain: 0.1,
      epsilon: 1e-5,
      epsilonRule: 'variance',
      perStep: true,
      maxSteps: 20,
    };
    expect(layer).toMatchObject({
      normalize: { inputToHidden: normalizer, hiddenToHidden: normalizer, cell: normalizer },
    });
  });

  it('layer-normalizes each gate apart unless told otherwise', () => {
    const groups = (preset: string, ...set: string[]) =>
      specOf(preset, 'authors-code', ...set).layers.map(
        (layer) => 'normalize' in layer && layer.normalize.inputToHidden,
      )[0];
    expect(groups('ptb-small-layer')).toMatchObject({ kind: 'layer', groups: 4, epsilon: 1e-5 });
    expect(groups('ptb-small-layer', 'normalization.groups=1')).toMatchObject({ groups: 1 });
    expect(groups('ptb-small-layer', 'model.cell=gru')).toMatchObject({ groups: 3 });
  });

  it('whitens W·x over the batch, and the cell where it is asked to', () => {
    const inputToHidden = { kind: 'whiten', groupSize: 8, method: 'cholesky', epsilon: 1e-5 };
    for (const preset of ['ptb-small-whiten', 'ptb-small-whiten-tiny']) {
      for (const layer of specOf(preset, 'authors-code').layers) {
        expect(layer).toMatchObject({
          normalize: { inputToHidden: { ...inputToHidden, over: 'frame' } },
        });
      }
    }
    const [first] = specOf('ptb-small', 'authors-code', 'model.normalize.cell=whiten').layers;
    expect(first).toMatchObject({ normalize: { cell: { kind: 'whiten', over: 'frame' } } });
  });

  it('normalizes the embedding and h on its way up where it is asked to', () => {
    const set = ['model.normalize.embedding=layer', 'model.normalize.hiddenToOutput=rms'];
    const spec = specOf('ptb-small', 'authors-code', ...set);
    expect(spec.normalizeEmbedding).toMatchObject({ kind: 'layer', groups: 1 });
    expect(spec.layers[0]).toMatchObject({
      normalize: { hiddenToOutput: { kind: 'rms', groups: 1 } },
    });
    expect(specOf('ptb-small')).not.toHaveProperty('normalizeEmbedding');
  });

  it('builds the cell that was asked for', () => {
    expect(specOf('ptb-small-rnn').layers[0]).toMatchObject({ kind: 'rnn', activation: 'tanh' });
    expect(specOf('ptb-small', 'paper-text', 'model.peepholes=output').layers[0]).toMatchObject({
      kind: 'lstm',
      peepholes: 'output',
    });
  });
});

describe('frameClassifierSpec', () => {
  it('is five bidirectional layers of 250 LSTM units side by side, Glorot weights', () => {
    const layer = {
      kind: 'bidirectional',
      layer: { kind: 'lstm', units: 250, biases: 1, peepholes: 'none', normalize: {} },
      merge: 'concat',
      statistics: 'per direction',
    };
    expect(speechSpecOf('wsj-birnn')).toEqual({
      kind: 'frameClassifier',
      features: 69,
      layers: Array.from({ length: 5 }, () => layer),
      classes: 3_546,
      initializer: { kind: 'glorot' },
    });
  });

  it('puts the sequence-wise normalizer on W·x of every layer and nowhere else', () => {
    const normalizer = {
      kind: 'batch',
      over: 'sequence',
      epsilon: 1e-5,
      epsilonRule: 'variance',
      gain: 1,
      decay: 0.9,
      perStep: false,
      maxSteps: 1300,
    };
    for (const layer of speechSpecOf('wsj-birnn-bn').layers) {
      expect(layer).toMatchObject({ layer: { normalize: { inputToHidden: normalizer } } });
    }
  });
});
