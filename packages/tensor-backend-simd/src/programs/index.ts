import type { Program } from '../threads/thread';
import { copyRows } from './copyRows';
import { softmaxCrossEntropy, softmaxGradient } from './crossEntropy';
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
import { adam, momentum, sgd, sgdRows, sumOfSquares } from './steps';

const table = {
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
  lstmBackwardPair: sideBySide(lstmBackward, 20),
  lstmForward,
  lstmForwardPair: sideBySide(lstmForward, 16),
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
  softmaxCrossEntropy,
  softmaxGradient,
  sumOfSquares,
  sumByRow,
  sumRows,
  unary,
} satisfies Record<string, Program>;

/** A computation that all threads can be asked to run. */
export type ProgramName = keyof typeof table;

/** In a fixed order: the position is what a worker is told. */
export const programNames = Object.keys(table) as readonly ProgramName[];
export const programs: readonly Program[] = Object.values(table);
