export { simdBackend } from './simdBackend';
