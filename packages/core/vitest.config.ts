import { packageTests } from '../../tools/config/vitest';

export default packageTests();
