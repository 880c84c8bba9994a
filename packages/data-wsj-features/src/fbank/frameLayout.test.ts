import { describe, expect, it } from 'vitest';
import { frameLayout } from './frameLayout';

const usual = { sampleRate: 16_000, frameLength: 25, frameShift: 10, snipEdges: true };

describe('frameLayout', () => {
  it('counts whole frames when edges are snipped', () => {
    const layout = frameLayout(usual);
    expect([layout.length, layout.shift]).toEqual([400, 160]);
    expect([0, 399, 400, 559, 560, 36_148].map((samples) => layout.count(samples))).toEqual([
      0, 0, 1, 1, 2, 224,
    ]);
    expect([layout.begin(0), layout.begin(3), layout.centre(3)]).toEqual([0, 480, 680]);
  });

  it('counts shifts, rounded, when they are not', () => {
    const layout = frameLayout({ ...usual, snipEdges: false });
    expect([0, 79, 80, 239, 240, 36_148].map((samples) => layout.count(samples))).toEqual([
      0, 0, 1, 1, 2, 226,
    ]);
    expect([layout.begin(0), layout.begin(3), layout.centre(0), layout.centre(3)]).toEqual([
      -120, 360, 80, 560,
    ]);
  });

  it('cuts to whole samples', () => {
    const { length, shift } = frameLayout({ ...usual, sampleRate: 11_025 });
    expect([length, shift]).toEqual([275, 110]);
  });

  it('refuses frames without samples', () => {
    expect(() => frameLayout({ ...usual, frameShift: 0.05 })).toThrow(
      'frames of 25 ms every 0.05 ms are 400 samples every 0 at 16000 Hz',
    );
    expect(() => frameLayout({ ...usual, frameLength: 0.1 })).toThrow('are 1 samples every 160');
  });
});
