// The kernels of the simd backend. Pointers are byte offsets into the shared memory; every function
// works on the part of the data that its arguments name and knows nothing of threads.
export { splitBfloat, toBfloat } from './bfloat';
export { dropout } from './dropout';
export {
  adam,
  addRows,
  binary,
  binaryRows,
  binaryScalar,
  momentum,
  sgd,
  sumOfSquares,
  unary,
} from './elementwise';
export { groupMoments, groupMomentsGradient } from './groupMoments';
export { gruBackward, gruForward } from './gru';
export { layerNormalize, layerNormalizeGradient } from './layerNormalize';
export { lstmBackward, lstmForward, peepholeGradient } from './lstm';
export { lstmOutput, lstmOutputGradient, sumColumns } from './normalizedScan';
export { momentsOfSums, momentSums, narrow, widen } from './overRanks';
export { copyPanel } from './panels';
export { product, productScratchBytes } from './product';
export { rnnBackward, rnnForward } from './rnn';
export { joinTiles, scaleAndSum, tileExponentials, tileFactors } from './softmax';
export { scaleBfloatAndSum } from './softmaxBfloat';
export {
  moments,
  standardize,
  standardizeGradient,
  standardizeInputGradient,
  standardizeSums,
} from './standardize';
export { whiteningMatrix, whiteningMatrixGradient } from './whitening';
export { whitenGroups, whitenGroupsGradient } from './whitenGroups';
