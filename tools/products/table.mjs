import { machineLine } from '../peers/machine.mjs';
import { tableRow, withSpread } from '../peers/results.mjs';
import { spread } from '../peers/summary.mjs';

/** What the project promises of the first two shapes. */
export const bounds = { perThread: 1, twoThreads: 1.7 };

const contestantNames = {
  wasm: "tfjs's wasm, 1 thread",
  own: '`simd`, no BLAS, 1 thread',
  own2: '`simd`, no BLAS, 2 threads',
  blas: '`simd`, BLAS, 1 thread',
  blas2: '`simd`, BLAS, 2 threads',
};

/**
 * What the rounds say of every shape: milliseconds of each contestant and, of one round each, how many times as fast
 * one thread is as tfjs's wasm, two threads are as one, and two processes at once are as one.
 *
 * @throws Error where two contestants' numbers differ by more than rounding.
 */
export function summarizeProducts({ shapes, raw }) {
  return shapes.map((shape, s) => {
    expectSameNumbers(raw, s, shape);
    const times = Object.fromEntries(
      Object.keys(contestantNames).map((name) => [name, timesOf(raw[name], s)]),
    );
    const rates = raw.ownTwice.map((pair) =>
      pair.reduce((sum, { milliseconds }) => sum + 1 / milliseconds[s], 0),
    );
    const ratios = (of) => spread(times.own.map((own, round) => of(own, round)));
    return {
      shape,
      milliseconds: Object.fromEntries(
        Object.entries(times).map(([name, each]) => [
          name,
          each.length === 0 ? null : spread(each),
        ]),
      ),
      perThread: ratios((own, round) => times.wasm[round] / own),
      twoThreads: ratios((own, round) => own / times.own2[round]),
      twoProcesses: ratios((own, round) => own * rates[round]),
    };
  });
}

const timesOf = (rounds, s) =>
  rounds.flatMap(([result]) => ('failed' in result ? [] : [result.milliseconds[s]]));

function expectSameNumbers(raw, s, shape) {
  const [[reference]] = raw.wasm;
  const most = Math.max(...reference.samples[s].map(Math.abs));
  for (const [name, rounds] of Object.entries(raw)) {
    for (const { samples } of rounds.flat()) {
      const differs = samples?.[s].some(
        (x, i) => Math.abs(x - reference.samples[s][i]) > 1e-4 * most,
      );
      if (differs) throw new Error(`${name}: another product than wasm's of ${title(shape)}`);
    }
  }
}

/** The results as Markdown. */
export function renderProducts({ command, machine, rounds, milliseconds, raw }, summary) {
  const [[wasm]] = raw.wasm;
  const [[blas]] = raw.blas;
  const header = ['', ...summary.map(({ shape }) => title(shape))];
  const line = ['---', ...summary.map(() => '--:')];
  const gflops = ({ m, k, n }, time) => (2e-6 * m * k * n) / time;
  return [
    '# Matrix products without a BLAS',
    '',
    `This page was written by \`${command}\` at commit ${machine.commit}.`,
    '',
    `${machineLine(machine)} tfjs is version ${wasm.versions['@tensorflow/tfjs-backend-wasm']}. The BLAS is ${blas.blas ?? 'none'}.`,
    '',
    `Each measurement is a product op(A) · op(B) by tfjs's \`matMul\`, m x k x n. There were ${rounds} rounds, and each contestant ran in a process of its own in turn. A process multiplies for more than a second to warm up, then for ${milliseconds} ms with each shape, and takes the median. The tables give the median over the rounds, with the least and the most in brackets.`,
    '',
    '## Ratios of one round',
    '',
    tableRow(header),
    tableRow(line),
    ratioRow(`1 thread, times as fast as tfjs's wasm (at least ${bounds.perThread})`, 'perThread'),
    ratioRow(`2 threads, times as fast as 1 (at least ${bounds.twoThreads})`, 'twoThreads'),
    ratioRow('two processes of 1 thread at once, times as fast as one', 'twoProcesses'),
    '',
    'The bounds hold for the first two shapes.',
    '',
    '## Milliseconds',
    '',
    tableRow(header),
    tableRow(line),
    ...rowsOf((time) => withSpread(time, 3)),
    '',
    '## GFLOP/s',
    '',
    tableRow(header),
    tableRow(line),
    ...rowsOf((time, shape) => gflops(shape, time.median).toFixed(1)),
    '',
    "tfjs's wasm is measured in its best form. XNNPACK packs the right-hand matrix at its first product and keeps the packing while the tensor lives. These products always have the same tensors, so they do not pay for the packing. A training step has new weights and pays for it. tfjs's wasm has one thread in Node, because its threads need a browser. tfjs does not use XNNPACK where B is transposed. `simd` packs at every product.",
    '',
  ].join('\n');

  function ratioRow(name, key) {
    return tableRow([name, ...summary.map((each) => withSpread(each[key], 2))]);
  }

  function rowsOf(cell) {
    return Object.entries(contestantNames).map(([name, label]) =>
      tableRow([
        label,
        ...summary.map(({ shape, milliseconds: times }) =>
          times[name] === null ? '' : cell(times[name], shape),
        ),
      ]),
    );
  }
}

const title = ({ m, k, n, transposeB }) => `${m} x ${k} x ${n}${transposeB ? ', Bᵀ' : ''}`;
