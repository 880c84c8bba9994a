import { backendTests } from '../../tools/config/vitest.ts';

export default backendTests();
