import { fileURLToPath } from 'node:url';
import { python } from './environment.mjs';

const bnrnn = fileURLToPath(new URL('../../packages/cli/dist/main.js', import.meta.url));
const step = fileURLToPath(new URL('step.py', import.meta.url));
const layers = fileURLToPath(new URL('tfjs-layers/step.mjs', import.meta.url));

/**
 * glibc keeps what was freed and asks for huge pages: what PyTorch's tuning guide gets by preloading another
 * allocator. It made PyTorch's and JAX's small steps 1.3 to 1.5 times faster here.
 */
const allocator = {
  GLIBC_TUNABLES: [
    'glibc.malloc.mmap_threshold=4000000000',
    'glibc.malloc.trim_threshold=8000000000',
    'glibc.malloc.top_pad=64000000',
    'glibc.malloc.hugetlb=1',
  ].join(':'),
};

const quiet = {
  CUDA_VISIBLE_DEVICES: '',
  JAX_PLATFORMS: 'cpu',
  KERAS_BACKEND: 'tensorflow',
  TF_CPP_MIN_LOG_LEVEL: '2',
  TORCHINDUCTOR_CACHE_DIR: fileURLToPath(new URL('.venv/inductor', import.meta.url)),
};

/** What losses of products in bfloat16 may differ by, relative to ours in float32. */
const roundedTolerance = 1e-3;

const isSpeech = (preset) => preset.startsWith('wsj-');
const isNormalized = (preset) => preset.endsWith('-bn');

/**
 * Steps that are timed in one process: enough for a median, few enough for a minute. tfjs's wasm backend takes 25
 * times as long, and warm-up steps come first.
 */
function stepsOf(preset, isSlow) {
  const fast = isSpeech(preset) ? 3 : { small: 20, medium: 6, large: 3 }[preset.split('-')[1]];
  return isSlow ? Math.ceil(fast / 10) : (fast ?? 10);
}

function ours({ slow = false, flags = () => [], threads = (n) => n, environment = {} }) {
  return ({ preset, batch, frames, threads: wanted }) => ({
    command: process.execPath,
    args: [
      ...[
        bnrnn,
        'bench',
        preset,
        '--alone',
        '--json',
        '--threads',
        String(threads(wanted)),
        ...flags(),
      ],
      ...['--steps', String(stepsOf(preset, slow))],
      ...(batch === undefined ? [] : ['--set', `data.batch=${batch}`]),
      ...(isSpeech(preset) ? ['--frames', String(frames)] : []),
    ],
    environment,
    threads: threads(wanted),
  });
}

function peer(name, environment = allocator, flags = () => []) {
  return ({ preset, batch, frames, threads }) => ({
    command: python,
    args: [
      ...[step, name, preset, '--threads', String(threads), '--steps', String(stepsOf(preset))],
      ...(batch === undefined ? [] : ['--batch', String(batch)]),
      ...(isSpeech(preset) ? ['--frames', String(frames)] : []),
    ],
    environment: { OMP_NUM_THREADS: String(threads), ...quiet, ...environment, ...flags(threads) },
    threads,
  });
}

function tfjsLayers({ preset, batch }) {
  return {
    command: process.execPath,
    args: [
      ...[layers, preset, '--steps', String(stepsOf(preset, true))],
      ...(batch === undefined ? [] : ['--batch', String(batch)]),
    ],
    environment: {},
    threads: 1,
  };
}

/**
 * Who is measured: `start` says how to start its process for a preset, `fits` which presets it has, `rounds` how
 * many rounds it takes part in at most, `isOurs` that the step is our own, on whatever backend, `tolerance` what its losses
 * may differ by from ours where that is more than float32 explains.
 */
export const contestants = {
  ours: {
    title: 'bnrnn, simd',
    isOurs: true,
    fits: () => true,
    start: ours({ flags: () => ['--backend', 'simd'] }),
  },
  'ours-openblas': {
    title: 'bnrnn, simd, OpenBLAS',
    isOurs: true,
    fits: () => true,
    start: ours({
      flags: () => ['--backend', 'simd'],
      environment: { BNRNN_BLAS: 'openblas' },
    }),
  },
  'ours-bf16x3': {
    title: 'bnrnn, simd, bf16x3',
    isOurs: true,
    fits: () => true,
    start: ours({ flags: () => ['--backend', 'simd', '--precision', 'bf16x3'] }),
  },
  'ours-bf16': {
    title: 'bnrnn, simd, bf16',
    isOurs: true,
    fits: () => true,
    start: ours({ flags: () => ['--backend', 'simd', '--precision', 'bf16'] }),
  },
  torch: {
    title: 'PyTorch, eager',
    fits: () => true,
    start: peer('torch'),
  },
  'torch-as-started': {
    title: 'PyTorch, eager, allocator as it comes',
    fits: () => true,
    start: peer('torch', {}),
  },
  'torch-unpacked': {
    title: 'PyTorch, eager, not packed',
    fits: (preset) => isSpeech(preset) && !isNormalized(preset),
    start: peer('torch-unpacked'),
  },
  'torch-compiled': {
    title: 'PyTorch, torch.compile',
    fits: (preset) => !isSpeech(preset) && isNormalized(preset),
    start: peer('torch-compiled'),
  },
  'torch-bf16': {
    title: 'PyTorch, autocast to bf16',
    tolerance: roundedTolerance,
    fits: () => true,
    start: peer('torch-bf16'),
  },
  'torch-bf16-compiled': {
    title: 'PyTorch, autocast to bf16, torch.compile',
    tolerance: roundedTolerance,
    fits: (preset) => !isSpeech(preset) && isNormalized(preset),
    start: peer('torch-bf16-compiled'),
  },
  'torch-bf16-products': {
    title: 'PyTorch, float32 with products in bf16',
    tolerance: roundedTolerance,
    fits: () => true,
    start: peer('torch-bf16-products'),
  },
  jax: {
    title: 'JAX',
    fits: (preset) => !isSpeech(preset),
    start: peer('jax', allocator, (threads) => ({
      XLA_FLAGS: `--xla_cpu_multi_thread_eigen=${threads > 1}`,
    })),
  },
  tensorflow: {
    title: 'TensorFlow, Keras',
    fits: (preset) => !isSpeech(preset),
    start: peer('tensorflow'),
  },
  'tfjs-layers': {
    title: "tfjs's own layers on its wasm backend",
    fits: (preset) => !isSpeech(preset) && !isNormalized(preset),
    rounds: 1,
    start: tfjsLayers,
  },
  wasm: {
    title: "bnrnn on tfjs's wasm backend",
    isOurs: true,
    fits: (preset) => !isSpeech(preset),
    rounds: 1,
    start: ours({ slow: true, flags: () => ['--backend', 'wasm'], threads: () => 1 }),
  },
};
