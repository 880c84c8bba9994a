import { describe, expect, it } from 'vitest';
import { LabelStore } from './labelStore';

/** Runs of `seed % 5 + 1` frames. */
const labelsOf = (seed: number, frames: number, classes: number): Int32Array =>
  Int32Array.from({ length: frames }, (_, t) => {
    const run = Math.floor(t / ((seed % 5) + 1));
    return (seed * 7919 + run * run * 31) % classes;
  });

describe('LabelStore', () => {
  it('gives back what it was given, however long, small and large labels mixed', () => {
    const store = new LabelStore(undefined);
    const given = new Map<string, Int32Array>();
    for (let i = 0; i < 300; i++) {
      const frames = i === 150 ? 400_000 : (i * 37) % 2000;
      given.set(`key-${i}`, labelsOf(i, frames, i % 10 === 3 ? 70_000 : 3000));
    }
    for (const [key, labels] of given) store.add(key, labels, 'ali.ark');
    const table = store.table('exp');
    expect(table.keys).toEqual([...given.keys()]);
    const largest = [...given.values()].map((labels) => labels.reduce((a, b) => Math.max(a, b), 0));
    expect(table.classes).toBe(1 + Math.max(...largest));
    for (const [key, labels] of given) {
      expect(table.read(key), key).toEqual(labels);
      expect(table.frames(key), key).toBe(labels.length);
    }
    expect(table.has('key-300')).toBe(false);
  });

  it('has runs of any length', () => {
    const store = new LabelStore(undefined);
    const lengths = [254, 255, 256, 509, 510, 511, 1, 1000];
    const labels = Int32Array.from(
      lengths.flatMap((length, i) => Array.from({ length }, () => i % 3)),
    );
    store.add('a', labels, 'ali.ark');
    store.add('none', new Int32Array(0), 'ali.ark');
    store.add('b', new Int32Array(700).fill(5), 'ali.ark');
    const table = store.table('exp');
    expect(table.read('a')).toEqual(labels);
    expect(table.read('none')).toHaveLength(0);
    expect(table.read('b')).toEqual(new Int32Array(700).fill(5));
  });

  it('keeps what it has when the reader changes a copy, or the giver its own', () => {
    const store = new LabelStore(9);
    const own = Int32Array.of(8, 0, 3);
    store.add('a', own, 'ali.ark');
    own[0] = 1;
    const table = store.table('exp');
    table.read('a')[1] = 7;
    expect([...table.read('a')]).toEqual([8, 0, 3]);
    const scratch = new Int32Array(5).fill(9);
    expect([...table.read('a', scratch)]).toEqual([8, 0, 3]);
    expect([...scratch]).toEqual([8, 0, 3, 9, 9]);
    expect([...table.read('a', scratch.subarray(0, 2))]).toEqual([8, 0, 3]);
    expect(table.classes).toBe(9);
  });

  it('refuses labels outside the classes, a key twice, and nothing at all', () => {
    const store = new LabelStore(undefined);
    expect(() => store.table('exp')).toThrow('exp: there is no alignment.');
    store.expectClasses(4, 'final.mdl');
    store.add('a', Int32Array.of(3), 'ali.ark');
    expect(() => store.add('a', Int32Array.of(3), 'ali.ark')).toThrow(
      'ali.ark, key a: the key stands twice in the alignments.',
    );
    expect(() => store.add('b', Int32Array.of(0, 4), 'ali.ark')).toThrow(
      'ali.ark, key b: frame 1 has the label 4, expected one from 0 to 3.',
    );
    expect(() => store.add('b', Int32Array.of(-1), 'ali.ark')).toThrow('frame 0 has the label -1');
    expect(store.table('exp').classes).toBe(4);
    expect(() => new LabelStore(0)).toThrow('readAlignments: classes is 0');
  });

  it('refuses labels that came before the model and are no class of it', () => {
    const store = new LabelStore(undefined);
    store.add('a', Int32Array.of(1, 3, 0, 3), 'pdf.1.gz');
    store.add('b', Int32Array.of(2), 'pdf.2.gz');
    expect(() => store.expectClasses(3, 'exp/final.mdl')).toThrow(
      'pdf.1.gz, key a: frame 1 has the label 3, expected one from 0 to 2: exp/final.mdl has 3 classes.',
    );
    store.expectClasses(4, 'exp/final.mdl');
    expect(store.table('exp').classes).toBe(4);
    const bounded = new LabelStore(9);
    bounded.add('a', Int32Array.of(8), 'pdf.1.gz');
    bounded.expectClasses(4, 'exp/final.mdl');
    expect(bounded.table('exp').classes).toBe(9);
  });
});
