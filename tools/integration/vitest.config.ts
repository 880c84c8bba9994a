import { packageTests } from '../config/vitest.ts';

export default packageTests({ testTimeout: 300_000 });
