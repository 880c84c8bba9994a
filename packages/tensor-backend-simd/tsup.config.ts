import { packageBuild } from '../../tools/config/tsup';

export default packageBuild({
  entry: {
    index: 'src/index.ts',
    worker: 'src/threads/worker.ts',
    watcher: 'src/threads/watcher.ts',
  },
  shims: true,
});
