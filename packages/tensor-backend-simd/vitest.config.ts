import { packageTests } from '../../tools/config/vitest';
import { parity } from './test/parity';

/** The suites of the packages above that run on any backend. */
const ops = ['../tensor-backend/src/ops/*.test.ts'];
const layers = [
  '../normalization/src/*.test.ts',
  '../normalization/test/*.test.ts',
  '../recurrent/src/layers/*.test.ts',
  '../recurrent/test/*.test.ts',
  '../training/test/optimizers.test.ts',
];

export default packageTests({
  projects: [
    packageTests({ name: 'simd' }),
    parity([...ops, ...layers], { threads: 2 }),
    parity([...ops, ...layers], { threads: 1, blas: 'none', poison: true }),
    parity(ops, { threads: 2, blas: 'none', poison: true }),
    parity(ops, { threads: 1 }),
  ],
});
