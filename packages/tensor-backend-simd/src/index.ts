export { simd } from './simd';
