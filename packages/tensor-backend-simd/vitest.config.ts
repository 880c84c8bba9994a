import { backendTests, packageTests } from '../../tools/config/vitest.ts';
import { bfloat16, libraries } from './test/libraries.ts';
import { parity } from './test/parity.ts';

/** The suites of the packages above that run on any backend: here with fallbacks forbidden. */
const ops = ['../tensor-backend/src/ops/*.test.ts'];
const layers = [
  '../normalization/src/{batchMoments,batchNorm,batchNormSteps,foldMoments,layerNorm,none,online,renorm,rms}.test.ts',
  '../normalization/test/*.test.ts',
  '../recurrent/src/layers/{bidirectional,gru}.test.ts',
  '../recurrent/test/{golden,layers,none}.test.ts',
  '../training/test/optimizers.test.ts',
];

/** Suites that need a fallback: parts of them run on cpu. */
const mixed = [
  '../recurrent/src/layers/normalizedScan.test.ts',
  '../recurrent/test/{frameClassifier,languageModel}.test.ts',
  '../training/test/{padding,resume,train}.test.ts',
];

export default packageTests({
  projects: [
    backendTests({ name: 'simd', env: { BNRNN_TEST_BACKENDS: 'simd' } }),
    ...libraries.map((blas) => parity([...ops, ...layers], { threads: 2, blas })),
    parity([...ops, ...layers], { threads: 1, blas: 'none', poison: true }),
    parity([...ops, ...layers], { threads: 2, blas: 'none', poison: true }),
    parity([...ops, ...layers], { threads: 1 }),
    ...(bfloat16 === undefined
      ? []
      : [parity([...ops, ...layers], { threads: 2, blas: bfloat16, precision: 'bf16x3' })]),
    parity(mixed, { threads: 2, poison: true, fallback: 'allow' }),
  ],
});
