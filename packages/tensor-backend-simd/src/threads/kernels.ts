/** What each export of `assembly/index.ts` takes, in order: byte offsets, sizes, scalars, flags (0 or 1). */
export const kernelParameters = {
  adam: 'v first second g scale rate secondCorrection beta1 beta2 epsilon count',
  addRows: 'x out rows columns start end',
  binary: 'operation a b out count',
  binaryRows: 'operation a b out rows columns',
  binaryScalar: 'operation a scalar out count',
  copyPanel: 'transposed b ldb depth columns panel width',
  dropout: 'x out start end key0 key1 step threshold kept',
  groupMoments: 'x lengths batch first mean covariance rows features size start end scratch',
  groupMomentsGradient:
    'x lengths batch first mean dMean dCovariance dx rows real features size start end scratch',
  gruBackward: 'gates candidate hiddenBefore dHidden dState dX lengths time rows units start end',
  gruForward:
    'projected product bias hiddenBefore gates candidate hidden state lengths time rows units start end',
  joinTiles: 'maxima totals tiles stride max total rows',
  layerNormalize: 'x gain shift lengths batch first y start end features groups epsilon center',
  layerNormalizeGradient:
    'x dy gain lengths batch first dx dGain dShift start end features groups epsilon center',
  lstmBackward:
    'gates peepholes cellBefore cell dHidden dState dCell dGates dCellOut lengths time rows units start end',
  lstmForward:
    'projected product bias peepholes hiddenBefore cellBefore gates cell hidden state lengths time rows units start end',
  lstmOutput: 'gates normalized hidden state lengths time rows units start end',
  lstmOutputGradient:
    'gates squashed dHidden dState dGates dNormalized lengths time rows units start end',
  moments: 'x lengths batch first mean variance rows features start end',
  momentsOfSums: 'sums squares count mean variance start end',
  momentSums: 'mean variance count sums squares start end',
  momentum: 'v u g rate share count',
  narrow: 'sums out start end',
  peepholeGradient: 'dGates cellBefore cell dPeepholes rows units start end',
  product: 'transposeA transposeB m n k a lda b ldb accumulate c ldc scratch',
  productScratchBytes: '',
  rnnBackward: 'hidden dHidden dState dZ lengths time rectify rows units start end',
  rnnForward:
    'projected bias hiddenBefore product hidden state lengths time rectify rows units start end',
  scaleAndSum: 'e factors sums rows columns',
  scaleBfloatAndSum: 'e ld factors sums rows columns',
  sgd: 'v g rate count',
  splitBfloat: 'x ld rows columns high again low ldOut',
  standardize:
    'x lengths batch first mean variance gain shift y rows features start end epsilon twice',
  standardizeGradient:
    'x dy lengths batch first mean variance gain dx dGain dShift sums rows real features start end epsilon twice fixed',
  standardizeInputGradient:
    'x dy lengths batch first mean variance gain dx sums rows real features start end epsilon twice fixed',
  standardizeSums:
    'x dy lengths batch first mean variance dGain dShift sums rows features start end epsilon twice',
  sumColumns: 'a b lengths time out rows columns start end',
  sumOfSquares: 'x count',
  tileExponentials: 'z bias maxima totals rows columns',
  tileFactors: 'maxima max factors out rows',
  toBfloat: 'x ld rows columns out ldOut',
  unary: 'operation x out count',
  whitenGroups: 'x lengths batch first mean a gain shift y rows features size start end scratch',
  whitenGroupsGradient:
    'x dy lengths batch first mean a gain dx dMean dA dGain dShift rows features size start end scratch',
  whiteningMatrix: 'method covariance matrix start end size iterations epsilon scratch',
  whiteningMatrixGradient:
    'method covariance matrix dA dCovariance start end size iterations epsilon scratch',
  widen: 'x sums start end',
} as const;

type Numbers<Line extends string> = Line extends ''
  ? []
  : Line extends `${string} ${infer Rest}`
    ? [number, ...Numbers<Rest>]
    : [number];

/** The kernels: the compiler counts what a call passes. */
export type Kernels = {
  readonly [Name in keyof typeof kernelParameters]: (
    ...values: Numbers<(typeof kernelParameters)[Name]>
  ) => number;
};

/** The kernels over a shared memory; each thread has an instance of its own. */
export function instantiateKernels(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
): Kernels {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  return exports as WebAssembly.Exports & Kernels;
}
