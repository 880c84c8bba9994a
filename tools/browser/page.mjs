import { tableRow } from '../peers/results.mjs';

/** What is timed: layers, units, steps of time, rows and classes of each size. */
export const sizes = {
  'a layer of 64 units': { layers: 1, units: 64, time: 20, batch: 16, classes: 64 },
  'a layer of 256 units': { layers: 1, units: 256, time: 20, batch: 16, classes: 64 },
  'ptb-small': { layers: 2, units: 200, time: 20, batch: 32, classes: 10_000 },
};

/** Each is a browser of its own; tfjs's WebAssembly has threads in an isolated page too. */
export const rows = [
  { name: 'bnrnn, simd', page: 'ours', backend: 'simd' },
  { name: 'bnrnn, simd, page not isolated', page: 'ours', backend: 'simd', isolated: false },
  { name: 'bnrnn, simd, W·x normalized', page: 'ours', backend: 'simd', normalized: true },
  { name: 'bnrnn, webgpu', page: 'ours', backend: 'webgpu' },
  { name: "tfjs's layers, wasm", page: 'peers', backend: 'wasm' },
  {
    name: "tfjs's layers, wasm, page not isolated",
    page: 'peers',
    backend: 'wasm',
    isolated: false,
  },
  { name: "tfjs's layers, webgl", page: 'peers', backend: 'webgl' },
  { name: "tfjs's layers, webgpu", page: 'peers', backend: 'webgpu' },
];

/** How many of our steps one of theirs takes: what the ratio is called, theirs and ours. */
const ratios = [
  ["tfjs's wasm to our simd", "tfjs's layers, wasm", 'bnrnn, simd'],
  [
    'the same, page not isolated',
    "tfjs's layers, wasm, page not isolated",
    'bnrnn, simd, page not isolated',
  ],
  ["tfjs's webgl to our simd", "tfjs's layers, webgl", 'bnrnn, simd'],
  ["tfjs's webgpu to our webgpu", "tfjs's layers, webgpu", 'bnrnn, webgpu'],
];

/** The page docs/results/bench/browser.md of what was measured. */
export function renderPage({ machine: { processor, cores, browser }, measured }) {
  const found = (size, name) =>
    measured.find((one) => one.size === size && one.row === name) ?? { said: 'not measured' };
  const time = (size, name) => {
    const { stepMilliseconds, said } = found(size, name);
    return stepMilliseconds === undefined ? said : stepMilliseconds.toFixed(1);
  };
  const steps = (size, name) => String(found(size, name).steps ?? '');
  const ratio = (size, peer, ours) => {
    const [a, b] = [found(size, peer), found(size, ours)].map((one) => one.stepMilliseconds);
    return a === undefined || b === undefined ? '' : `${(a / b).toFixed(1)}`;
  };
  const names = Object.keys(sizes);
  const table = (lines) =>
    [
      tableRow(['', ...names]),
      tableRow(['---', ...names.map(() => '---:')]),
      ...lines.map(([name, cell]) => tableRow([name, ...names.map(cell)])),
    ].join('\n');
  const shapes = names.map((name) => {
    const { layers, units, time: count, batch, classes } = sizes[name];
    return `- ${name}: ${layers} LSTM layer${layers > 1 ? 's' : ''} of ${units} units, ${batch} rows of ${count} steps, ${classes} classes`;
  });
  return `# Training steps in a browser

The browser is ${browser} without a window, on ${cores} cores of ${processor}. There is no GPU: WebGPU and WebGL
run on the software driver SwiftShader. Their times count operations and dispatches. They say
nothing about graphics hardware.

The first table gives the median time of a training step in milliseconds. Each number is from a browser of its own. Steps
warm up for three seconds first, two steps at least, because a browser compiles what has run often. The rows
of tfjs are its own LSTM layers with a softmax and SGD. They have no embedding, no norm of the gradient and no
clipping; our rows have all three. An isolated page has shared memory, so \`simd\` and tfjs's \`wasm\` can compute on several threads
there; in a page that is not isolated each has one. \`node tools/browser/bench.mjs\` writes this page.

${shapes.join('\n')}

${table(rows.map(({ name }) => [name, (size) => time(size, name)]))}

How many of our steps one step of theirs takes:

${table(ratios.map(([what, peer, ours]) => [what, (size) => ratio(size, peer, ours)]))}

How many steps each median is of:

${table(rows.map(({ name }) => [name, (size) => steps(size, name)]))}
`;
}
