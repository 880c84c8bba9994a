import { describe, expect, it } from 'vitest';
import { asBefore, differences } from './resumeBackend';

describe('asBefore', () => {
  const run = { backend: 'simd', threads: 3, precision: 'float32' } as const;

  it.each([{}, { backend: 'auto' }])(
    'keeps backend and threads where none is named: %j',
    (flags) => {
      expect(asBefore(run, flags)).toEqual({
        ...{ backend: 'simd', threads: 3 },
        precision: 'float32',
      });
    },
  );

  it('keeps the library, none included, on the backend of the run', () => {
    expect(asBefore({ ...run, blas: 'OpenBLAS 0.3.21' }, {}).blas).toBe('OpenBLAS 0.3.21');
    expect(asBefore({ ...run, blas: null }, {}).blas).toBeNull();
    expect(asBefore({ ...run, blas: null }, { backend: 'node' })).not.toHaveProperty('blas');
  });

  it('takes what is named', () => {
    const flags = { backend: 'wasm', threads: 1, precision: 'float32' } as const;
    expect(asBefore({ ...run, precision: 'bf16' }, flags)).toEqual(flags);
    expect(asBefore({ ...run, precision: 'bf16' }, {}).precision).toBe('bf16');
  });

  it('leaves threads of a run that did not keep them to the backend', () => {
    expect(asBefore({ backend: 'simd', precision: 'float32' }, {})).not.toHaveProperty('threads');
  });
});

describe('differences', () => {
  const blas = 'OpenBLAS 0.3.21';

  it('are none on the same threads and library, or where the run did not keep them', () => {
    expect(differences({ threads: 2, blas }, { threads: 2, blas }, 2)).toEqual([]);
    expect(differences({}, { threads: 2, blas }, 1)).toEqual([]);
  });

  it('are told of threads and of the library', () => {
    expect(differences({ threads: 1, blas: null }, { threads: 2, blas }, 2)).toEqual([
      'The run computed with --threads 1 and goes on with 2: the last bits will not be those of a run that never stopped.',
      'The run computed with no BLAS and goes on with OpenBLAS 0.3.21: the last bits will not be those of a run that never stopped.',
    ]);
  });

  it('name the threads that a smaller machine would be faster with', () => {
    expect(differences({ threads: 16, blas }, { threads: 16, blas }, 2)).toEqual([
      'The run goes on with its 16 threads on 2 cores; --threads 2 is faster, in other last bits.',
    ]);
  });
});
