import { describe, expect, it } from 'vitest';
import {
  formatCount,
  formatDuration,
  formatNats,
  formatPerplexity,
  formatShare,
} from './formatNumber';

describe('numbers as a reader sees them', () => {
  it('groups thousands only before the point', () => {
    expect(formatCount(929589)).toBe('929,589');
    expect(formatCount(1234567.6)).toBe('1,234,568');
    expect(formatCount(999)).toBe('999');
    expect(formatPerplexity(12345.678)).toBe('12,345.7');
    expect(formatPerplexity(119.24)).toBe('119.2');
  });

  it('writes an enormous perplexity short', () => {
    expect(formatPerplexity(3.456e9)).toBe('3.46e+9');
  });

  it('writes nats with three decimals and shares as percent', () => {
    expect(formatNats(4.78149)).toBe('4.781');
    expect(formatShare(0.22456)).toBe('22.46 %');
  });

  it.each([
    [0.04, '0.0 s'],
    [9.94, '9.9 s'],
    [9.96, '0:10'],
    [61, '1:01'],
    [3599.6, '1:00:00'],
    [7384, '2:03:04'],
  ])('writes %d seconds as %s', (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text);
  });
});
