export { nodeBackend, nodeGpuBackend } from './nodeBackends';
