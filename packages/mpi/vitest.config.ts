import { packageTests } from '../../tools/config/vitest.ts';

export default packageTests();
