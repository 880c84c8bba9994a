import type { WindowKind } from './filterbankOptions';

/**
 * The weights of a frame's samples, with a = 2π / (length − 1):
 *
 *   hanning 0.5 − 0.5·cos(a·i)    hamming 0.54 − 0.46·cos(a·i)    povey hanning^0.85    sine sin(a·i / 2)
 *   blackman b − 0.5·cos(a·i) + (0.5 − b)·cos(2·a·i)    rectangular 1
 *
 * @returns float64 [length].
 */
export function windowFunction(kind: WindowKind, length: number, blackman: number): Float64Array {
  const step = (2 * Math.PI) / (length - 1);
  return Float64Array.from({ length }, (_, i) => weight(kind, step * i, blackman));
}

function weight(kind: WindowKind, angle: number, blackman: number): number {
  switch (kind) {
    case 'rectangular':
      return 1;
    case 'hanning':
      return 0.5 - 0.5 * Math.cos(angle);
    case 'hamming':
      return 0.54 - 0.46 * Math.cos(angle);
    case 'povey':
      return (0.5 - 0.5 * Math.cos(angle)) ** 0.85;
    case 'sine':
      return Math.sin(0.5 * angle);
    case 'blackman':
      return blackman - 0.5 * Math.cos(angle) + (0.5 - blackman) * Math.cos(2 * angle);
  }
}
