export type { Matrix } from './matrix';
