import { expect, it } from 'vitest';
import { UsageError } from './errors';
import { expectOneOf } from './expectOneOf';

const backends = ['node-gpu', 'simd', 'node', 'wasm', 'cpu'] as const;

const refusal = (value: unknown): UsageError => {
  try {
    expectOneOf('--backend', value, backends);
  } catch (error) {
    if (error instanceof UsageError) return error;
  }
  throw new Error('expected a UsageError');
};

it('returns each choice', () => {
  for (const backend of backends) expect(expectOneOf('--backend', backend, backends)).toBe(backend);
});

it('lists the choices', () => {
  expect(refusal('vulkan').message).toBe(
    '--backend is "vulkan", expected one of: node-gpu, simd, node, wasm, cpu.',
  );
  expect(refusal(3).message).toMatch(/^--backend is 3, expected one of: /);
  expect(refusal(undefined).message).toMatch(/^--backend is undefined, /);
});

it.each([
  ['simdd', 'simd'],
  ['wsam', 'wasm'],
  ['nodegpu', 'node-gpu'],
  ['nod', 'node'],
  ['SIMD', 'simd'],
])('suggests for %s the nearest choice, %s', (typed, meant) => {
  expect(refusal(typed).hint).toBe(`Did you mean "${meant}"?`);
});

it.each(['', 'x', 'tensorflow', 'metal'])('suggests nothing for "%s"', (typed) => {
  expect(refusal(typed).hint).toBeUndefined();
});

it('does not take a choice inherited from a prototype', () => {
  expect(refusal('constructor').message).toContain('"constructor"');
});
