import { packageBuild } from '../../tools/config/tsup';

export default packageBuild({
  entry: ['src/index.ts', 'src/browser/index.ts', 'src/node/index.ts'],
});
