/** Where the calling thread's time goes in a step, by rows of a table. */
const products = ['product', 'stepProduct', 'prepare'];
const notKernels = ['whole', ...products, 'insideProducts', 'barrier'];

/** Milliseconds of some parts of programs; `parts` undefined: of all their kernels. */
function of({ byThread: [own] }, programs, parts) {
  const names = (program) =>
    parts ?? Object.keys(own[program] ?? {}).filter((part) => !notKernels.includes(part));
  return programs
    .flatMap((program) => names(program).map((part) => own[program]?.[part]?.ms ?? 0))
    .reduce((sum, ms) => sum + ms, 0);
}

const all = (profile) => Object.keys(profile.byThread[0]);
const called = ({ calling }) => Object.values(calling).reduce((sum, { ms }) => sum + ms, 0);

const rows = {
  'products of the projections': (p) => of(p, ['product', 'productGradient'], products),
  'products of the scans': (p) => of(p, ['scan', 'scanGradient'], products),
  'products of the softmax layer': (p) => of(p, ['projectedCrossEntropy'], products),
  'of these products, copies and conversions': (p) => of(p, all(p), ['insideProducts']),
  'exponentials, sums, scaling, conversions of the softmax': (p) =>
    of(p, ['projectedCrossEntropy']),
  'gates forward': (p) => of(p, ['scan']),
  'gates backward, bias': (p) => of(p, ['scanGradient']),
  'batch normalization and its gradient': (p) =>
    of(p, ['batchNormalize', 'batchNormalizeGradient']),
  'embedding and its gradient': (p) =>
    of(p, ['embedding', 'sumByRow'], ['whole']) - of(p, ['sumByRow'], ['barrier']),
  'squared norms': (p) => of(p, ['sumOfSquares']),
  update: (p) => of(p, ['sgd', 'sgdRows', 'momentum', 'adam']),
  'other kernels': (p) => of(p, ['binary', 'dropout', 'sumRows', 'copyRows']),
  'waits at barriers': (p) => of(p, all(p), ['barrier']),
  'JavaScript of the programs': (p) => {
    const named = all(p).filter((program) => program !== 'embedding' && program !== 'sumByRow');
    return of(p, named, ['whole']) - of(p, named, [...products, 'barrier']) - of(p, named);
  },
  'start and end of programs': (p) => called(p) - of(p, all(p), ['whole']),
  'JavaScript and tfjs between programs': (p) => p.mean - called(p),
};

const bound = ({ products: each }) => each.reduce((sum, { ms }) => sum + ms, 0);

/** One column for each profile; milliseconds of a step. */
export function renderProfiles(profiles) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  const title = ({ preset, threads }) =>
    `\`${preset}\`, ${threads} ${threads === 1 ? 'thread' : 'threads'}`;
  const cells = (ms) => profiles.map((profile) => ms(profile).toFixed(1));
  return [
    line(['ms a step', ...profiles.map(title)]),
    line(['---', ...profiles.map(() => '---:')]),
    ...Object.entries(rows).map(([name, ms]) => line([name, ...cells(ms)])),
    line(['step', ...cells(({ mean }) => mean)]),
    line(['its products alone, by `bench`', ...cells(bound)]),
  ].join('\n');
}
