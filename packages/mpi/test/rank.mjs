// One rank of the tests: does what its first argument says and prints one line of JSON.
import { findMpi, startMpi } from '../dist/index.js';

const [what, ...rest] = process.argv.slice(2);
const mpi = startMpi();
const { rank, size, description } = mpi;
const print = (values) => process.stdout.write(`${JSON.stringify({ rank, size, ...values })}\n`);

/** Numbers of which each rank has others, and whose sums are exact. */
const numbersOf = (values, of) => values.map((_, i) => (of + 1) * ((i % 97) - 48));

function expectSum(values) {
  values.set(numbersOf(values, rank));
  mpi.sum(values);
  const total = (size * (size + 1)) / 2;
  return values.every((value, i) => value === total * ((i % 97) - 48));
}

if (what === 'sums') {
  const shared = new WebAssembly.Memory({ initial: 64, maximum: 64, shared: true }).buffer;
  const around = new Float32Array(shared).fill(7);
  print({
    description,
    abi: findMpi().mpi?.abi.name,
    float32: expectSum(new Float32Array(1000)),
    float64: expectSum(new Float64Array(1001)),
    // 5.2 MB at an odd place: larger than what goes in one piece, beside numbers that must stay.
    large: expectSum(new Float32Array(1_300_001)),
    empty: expectSum(new Float32Array(0)),
    shared: expectSum(new Float32Array(shared, 400, 500_000)),
    beside: around[99] === 7 && around[100 + 500_000] === 7,
    texts: mpi.gather(`rank ${rank} ${'é'.repeat(rank)}`),
  });
  mpi.finalize();
} else if (what === 'bits') {
  // Sums that are not exact: the same bits on every rank, and in every run.
  const values = Float32Array.from({ length: 10_000 }, (_, i) => Math.sin(1 + i * (rank + 1)));
  mpi.sum(values);
  const bits = Buffer.from(values.buffer).toString('base64');
  const { createHash } = await import('node:crypto');
  print({ digest: createHash('sha256').update(bits).digest('hex') });
  mpi.finalize();
} else if (what === 'abort' || what === 'late') {
  mpi.sum(new Float64Array(1));
  if (rank === Number(rest[0])) {
    if (what === 'abort') mpi.abort(3);
    setTimeout(() => undefined, 60_000);
  } else mpi.sum(new Float64Array(1));
} else if (what === 'time') {
  const values = new Float32Array(Number(rest[0]));
  mpi.sum(values);
  const started = performance.now();
  const times = Number(rest[1]);
  for (let i = 0; i < times; i++) mpi.sum(values);
  print({ milliseconds: (performance.now() - started) / times });
  mpi.finalize();
}
