import { batchNorm, layerNorm, whiten, type Normalizer } from '@bnrnn/normalization';
import { startBackend } from '@bnrnn/tensor-backend';
import { expectClose, readGolden, testBackends, toTensor } from '@bnrnn/test-utils';
import { mul, sum, valueAndGrads, type Tensor, type Tensor3D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, it } from 'vitest';

const batch = readGolden(new URL('./golden/batchNorm.json', import.meta.url));
const layer = readGolden(new URL('./golden/layerNorm.json', import.meta.url));
const white = readGolden(new URL('./golden/whiten.json', import.meta.url));
const lengths = [...batch.array('lengths').data];
const epsilon = batch.number('epsilon');

const whitening = {
  groupSize: white.number('sizes', 'group'),
  iterations: white.number('iterations'),
  epsilon: white.number('epsilon'),
};

const cases = [
  ...(['cholesky', 'zca', 'iterative'] as const).flatMap((method) => [
    { file: white, name: method, normalizer: whiten({ over: 'frame', method, ...whitening }) },
    {
      file: white,
      name: `${method}MaskedSequence`,
      normalizer: whiten({ over: 'sequence', method, ...whitening }),
      lengths: [...white.array('lengths').data],
    },
  ]),
  { file: batch, name: 'frame', normalizer: batchNorm({ over: 'frame', epsilon }) },
  { file: batch, name: 'sequence', normalizer: batchNorm({ over: 'sequence', epsilon }) },
  { file: batch, name: 'maskedFrame', normalizer: batchNorm({ over: 'frame', epsilon }), lengths },
  {
    file: batch,
    name: 'maskedSequence',
    normalizer: batchNorm({ over: 'sequence', epsilon }),
    lengths,
  },
  ...[1, 2, 4].map((groups) => ({
    file: layer,
    name: `groups${groups}`,
    normalizer: layerNorm({ groups, epsilon: layer.number('epsilon') }),
  })),
] satisfies readonly { normalizer: Normalizer; [key: string]: unknown }[];

describe.each(testBackends())('PyTorch on %s', (backend) => {
  beforeAll(async () => {
    await startBackend(backend);
  });

  // WebGPU computes no eigenvectors.
  const served = cases.filter(({ name }) => backend !== 'webgpu' || !name.startsWith('zca'));

  it.each(served)('$name gives its values and gradients', ({ file, name, normalizer, ...rest }) => {
    const { statistics } = normalizer.init(file.number('sizes', 'features'), { shift: true });
    const weights = toTensor(file.array('lossWeights', 'y'));
    const inputs = ['x', 'gain', 'shift'];
    const expected = (...path: string[]) => file.array('cases', name, ...path);
    const gradient = valueAndGrads((x: Tensor, gain: Tensor, shift: Tensor) => {
      const { y } = normalizer.apply(x as Tensor3D, { gain, shift }, statistics, {
        mode: 'batch',
        ...rest,
      });
      expectClose(y, expected('y'), { label: file.label('cases', name, 'y') });
      return sum(mul(y, weights));
    })(inputs.map((input) => toTensor(file.array('inputs', input)))).grads;
    inputs.forEach((input, k) => {
      expectClose(gradient[k]!, expected('gradients', input), {
        rtol: 1e-4,
        label: file.label('cases', name, 'gradients', input),
      });
    });
  });
});
