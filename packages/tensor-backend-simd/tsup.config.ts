import { packageBuild } from '../../tools/config/tsup';

export default packageBuild({
  entry: {
    index: 'src/index.ts',
    worker: 'src/node/worker.ts',
    watcher: 'src/node/watcher.ts',
  },
  shims: true,
});
