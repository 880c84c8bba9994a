import { packageBuild } from '../../tools/config/tsup';

// The half for Node imports the other by name: both share one copy of the error classes.
export default packageBuild({
  entry: ['src/index.ts', 'src/node/index.ts'],
  external: ['@bnrnn/core'],
});
