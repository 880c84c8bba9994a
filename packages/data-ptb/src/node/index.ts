export { glosses, type GlossesOptions } from './glosses';
export { readPtb, type ReadPtbOptions } from './readPtb';
