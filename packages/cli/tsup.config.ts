import { packageBuild } from '../../tools/config/tsup';

export default packageBuild({ entry: ['src/index.ts', 'src/main.ts'], shims: true });
