import type { Program } from '../threads/program';
import { copyRows } from './copyRows';
import { binary, dropout, embedding, scatterRows, sumByRow, sumRows, unary } from './elementwise';
import { moments, momentsGradient, standardizeGradient } from './halves';
import {
  batchNormalize,
  batchNormalizeGradient,
  layerNormalize,
  layerNormalizeGradient,
} from './normalize';
import { gradientBySums, gradientSums, momentSums, standardizeBySums } from './overRanks';
import { product, productGradient } from './product';
import { projectedCrossEntropy } from './projectedCrossEntropy';
import { scan, scanGradient } from './scan';
import { sideBySide } from './sideBySide';
import { standardizeStored, standardizeStoredGradient } from './standardizeStored';
import {
  groupMoments,
  groupMomentsGradient,
  whitenGroups,
  whitenGroupsGradient,
  whiteningMatrix,
  whiteningMatrixGradient,
} from './whiten';
import { adam, momentum, sgd, sgdRows, sumOfSquares } from './steps';

/** The computations that all threads can be asked to run. */
export const programs = {
  adam,
  batchNormalize,
  batchNormalizeGradient,
  binary,
  copyRows,
  dropout,
  embedding,
  gradientBySums,
  gradientSums,
  groupMoments,
  groupMomentsGradient,
  layerNormalize,
  layerNormalizeGradient,
  moments,
  momentsGradient,
  momentSums,
  momentum,
  product,
  productGradient,
  projectedCrossEntropy,
  scan,
  scanGradient,
  scanGradientPair: sideBySide(scanGradient),
  scanPair: sideBySide(scan),
  scatterRows,
  sgd,
  sgdRows,
  standardizeBySums,
  standardizeGradient,
  standardizeStored,
  standardizeStoredGradient,
  sumOfSquares,
  sumByRow,
  sumRows,
  unary,
  whitenGroups,
  whitenGroupsGradient,
  whiteningMatrix,
  whiteningMatrixGradient,
} satisfies Record<string, Program>;

export type ProgramName = keyof typeof programs;

/** What a program must be given, by name. */
export type ArgumentsOf<Name extends ProgramName> = Parameters<(typeof programs)[Name]['run']>[1];

/** In a fixed order: the position is what a worker is told. */
export const programNames = Object.keys(programs) as readonly ProgramName[];
