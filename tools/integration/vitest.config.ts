import { packageTests } from '../config/vitest';

export default packageTests({ testTimeout: 300_000 });
