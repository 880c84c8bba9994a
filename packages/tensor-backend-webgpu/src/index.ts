export { webgpuBackend } from './webgpuBackend';
