import type { Program } from '../threads/thread';
import { projectedCrossEntropy, softmaxCrossEntropy, softmaxGradient } from './crossEntropy';
import { binary, dropout, embedding, embeddingGradient, sumRows, unary } from './elementwise';
import { lstmBackward, lstmForward } from './lstm';
import {
  batchNormalize,
  batchNormalizeGradient,
  layerNormalize,
  layerNormalizeGradient,
} from './normalize';
import { product } from './product';
import { rnnBackward, rnnForward } from './rnn';
import { adam, momentum, sgd, sumOfSquares } from './steps';

const table = {
  adam,
  batchNormalize,
  batchNormalizeGradient,
  binary,
  dropout,
  embedding,
  embeddingGradient,
  layerNormalize,
  layerNormalizeGradient,
  lstmBackward,
  lstmForward,
  momentum,
  product,
  projectedCrossEntropy,
  rnnBackward,
  rnnForward,
  sgd,
  softmaxCrossEntropy,
  softmaxGradient,
  sumOfSquares,
  sumRows,
  unary,
} satisfies Record<string, Program>;

/** A computation that all threads can be asked to run. */
export type ProgramName = keyof typeof table;

/** In a fixed order: the position is what a worker is told. */
export const programNames = Object.keys(table) as readonly ProgramName[];
export const programs: readonly Program[] = Object.values(table);
