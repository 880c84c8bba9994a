import { packageBuild } from '../../tools/config/tsup';

// The FFT library is ESM alone; inside our files it also serves CommonJS users on every Node 20.
export default packageBuild({
  entry: { index: 'src/index.ts', 'node/index': 'src/node/index.ts' },
  noExternal: ['fourier-transform'],
});
