export type { AlignmentTable, FeatureTable } from './features';
export type { Matrix } from './matrix';
