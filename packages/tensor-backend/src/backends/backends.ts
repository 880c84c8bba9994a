import type { Backend } from './backend';
import { cpuBackend } from './cpuBackend';
import { nodeBackend, nodeGpuBackend } from './nodeBackends';
import { simdBackend } from './simdBackend';
import { wasmBackend } from './wasmBackend';

/** All backends, in the order in which `auto` tries them. */
export const backends: readonly Backend[] = [
  nodeGpuBackend,
  simdBackend,
  nodeBackend,
  wasmBackend,
  cpuBackend,
];
