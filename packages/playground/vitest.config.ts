import { packageTests } from '../../tools/config/vitest.ts';

export default packageTests({ testTimeout: 300_000 });
