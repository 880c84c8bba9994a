import type { Program } from '../threads/program';
import { copyRows } from './copyRows';
import { binary, dropout, embedding, scatterRows, sumByRow, sumRows, unary } from './elementwise';
import { gruBackward, gruForward } from './gru';
import { lstmBackward, lstmForward } from './lstm';
import {
  batchNormalize,
  batchNormalizeGradient,
  layerNormalize,
  layerNormalizeGradient,
} from './normalize';
import { normalizedScan, normalizedScanGradient } from './normalizedScan';
import { product } from './product';
import { projectedCrossEntropy } from './projectedCrossEntropy';
import { rnnBackward, rnnForward } from './rnn';
import { sideBySide } from './sideBySide';
import { standardizeStored, standardizeStoredGradient } from './standardizeStored';
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
  gruBackward,
  gruForward,
  layerNormalize,
  layerNormalizeGradient,
  lstmBackward,
  lstmBackwardPair: sideBySide(lstmBackward),
  lstmForward,
  lstmForwardPair: sideBySide(lstmForward),
  momentum,
  normalizedScan,
  normalizedScanGradient,
  product,
  projectedCrossEntropy,
  rnnBackward,
  rnnForward,
  scatterRows,
  sgd,
  sgdRows,
  standardizeStored,
  standardizeStoredGradient,
  sumOfSquares,
  sumByRow,
  sumRows,
  unary,
} satisfies Record<string, Program>;

export type ProgramName = keyof typeof programs;

/** What a program must be given, by name. */
export type ArgumentsOf<Name extends ProgramName> = Parameters<(typeof programs)[Name]['run']>[1];

/** In a fixed order: the position is what a worker is told. */
export const programNames = Object.keys(programs) as readonly ProgramName[];
