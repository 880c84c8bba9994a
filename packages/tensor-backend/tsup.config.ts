import { packageBuild } from '../../tools/config/tsup';

// tfjs's gradient files cannot be loaded by Node itself, so they travel inside this package.
export default packageBuild({ noExternal: [/tfjs-core\/dist\//] });
