/** What a user does first with each package, through `load` (an import or a require): a small result. */
export const uses = {
  '@bnrnn/core': async (load) => {
    const { randomStream } = await load('@bnrnn/core');
    return [...randomStream('consumer', 1).uniform(3, 0, 1)];
  },

  '@bnrnn/tensor-backend': (load) => productOn(load, 'cpu'),

  '@bnrnn/tensor-backend-simd': (load) => productOn(load, 'simd'),

  '@bnrnn/tensor-backend-tensorflow': async (load) => {
    const { nodeBackend } = await load('@bnrnn/tensor-backend-tensorflow');
    return typeof (await nodeBackend.probe()).available;
  },

  '@bnrnn/mpi': async (load) => {
    const { launchOf } = await load('@bnrnn/mpi');
    return launchOf({ PMI_SIZE: '2' });
  },

  '@bnrnn/tensor-backend-webgpu': async (load) => {
    const { webgpuBackend } = await load('@bnrnn/tensor-backend-webgpu');
    return typeof (await webgpuBackend.probe()).available;
  },

  '@bnrnn/normalization': async (load) => {
    const { batchNorm, layerNorm } = await load('@bnrnn/normalization');
    return [batchNorm({ over: 'frame' }), layerNorm()].map(({ spec }) => spec.kind);
  },

  '@bnrnn/recurrent': async (load) => {
    await start(load, 'cpu');
    const model = await languageModelOf(load, 10);
    const { parameterCount } = model;
    model.dispose();
    return parameterCount;
  },

  '@bnrnn/training': async (load) => {
    const { registerBackend, startBackend } = await load('@bnrnn/tensor-backend');
    const { simdBackend } = await load('@bnrnn/tensor-backend-simd');
    registerBackend(simdBackend);
    const { name } = await startBackend('auto');
    const { synthetic, tokenBatches } = await load('@bnrnn/data-ptb');
    const { train } = await load('@bnrnn/training');
    const corpus = synthetic();
    const types = corpus.vocabulary.size;
    const model = await languageModelOf(load, types);
    const losses = [];
    for await (const event of train({
      model,
      data: {
        train: tokenBatches(corpus.splits.train, { batch: 4, time: 5, layout: 'tensorflow' }),
      },
      optimizer: { kind: 'sgd' },
      schedule: { initial: 1, decayFactor: 2, firstDecayedEpoch: 2 },
      seed: 1,
      epochs: 1,
      maxSteps: 3,
      run: { preset: 'own', recipe: 'own', backend: name, corpus: corpus.info },
      now: Date.now,
    })) {
      if (event.type === 'step') losses.push(event.loss);
    }
    return { name, types, losses };
  },

  '@bnrnn/data-ptb': async (load) => {
    const { synthetic } = await load('@bnrnn/data-ptb');
    return synthetic().splits.valid.length;
  },

  '@bnrnn/data-wsj-features': async (load) => {
    const { formatEntry } = await load('@bnrnn/data-wsj-features');
    const matrix = { rows: 1, columns: 2, data: Float32Array.of(1, -2.5) };
    return formatEntry({ key: 'a', kind: 'matrix', matrix });
  },

  '@bnrnn/reporting': async (load) => {
    const { comparisonTable } = await load('@bnrnn/reporting');
    const { readRun } = await load('@bnrnn/reporting/node');
    return comparisonTable([await readRun('runs/quickstart/ptb-small')], 'markdown').split('\n')[0];
  },

  '@bnrnn/experiments': async (load) => {
    const { findPreset, loadCorpus } = await load('@bnrnn/experiments');
    const { info } = await loadCorpus('glosses');
    return [findPreset('ptb-small-bn').name, info.classes];
  },

  '@bnrnn/cli': async (load) => {
    const { runCli } = await load('@bnrnn/cli');
    const lines = [];
    const io = { out: (line) => lines.push(line), note: (line) => lines.push(line), env: {} };
    const status = await runCli(['presets', '--json'], io);
    return [status, JSON.parse(lines.at(-1)).recipe];
  },
};

async function start(load, backend) {
  const { startBackend } = await load('@bnrnn/tensor-backend');
  if (backend !== 'simd') return startBackend(backend);
  const { simdBackend } = await load('@bnrnn/tensor-backend-simd');
  return startBackend(simdBackend);
}

/** [1 2]·[3 4]ᵀ = 11, and the backend that computed it. */
async function productOn(load, backend) {
  const { name } = await start(load, backend);
  const { product } = await load('@bnrnn/tensor-backend');
  const { tensor2d } = await load('@tensorflow/tfjs-core');
  return [name, product(tensor2d([[1, 2]]), tensor2d([[3], [4]])).dataSync()[0]];
}

async function languageModelOf(load, vocabulary) {
  const { batchNorm } = await load('@bnrnn/normalization');
  const { languageModel, lstm } = await load('@bnrnn/recurrent');
  return languageModel({
    vocabulary,
    embedding: 8,
    layers: [lstm({ units: 8, normalize: { inputToHidden: batchNorm({ over: 'frame' }) } })],
    initializer: { kind: 'uniform', range: 0.1 },
    seed: 1,
  });
}
