import { packageBuild } from '../../tools/config/tsup';

export default packageBuild({
  entry: { index: 'src/index.ts', 'node/index': 'src/node/index.ts' },
});
