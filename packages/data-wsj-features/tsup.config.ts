import { packageBuild } from '../../tools/config/tsup';

// The FFT library is ESM alone; inside our files it also serves CommonJS users on every Node 20.
export default packageBuild({ noExternal: ['fourier-transform'] });
