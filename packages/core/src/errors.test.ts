import { expect, it } from 'vitest';
import { BackendError, BnrnnError, DataError, ShapeError, UsageError } from './errors';

it.each([
  [ShapeError, 'ShapeError'],
  [UsageError, 'UsageError'],
  [DataError, 'DataError'],
  [BackendError, 'BackendError'],
])('%o is a BnrnnError that says its name', (Kind, name) => {
  const cause = new Error('ENOENT');
  const error = new Kind('the file is gone.', { hint: 'Look again.', cause });
  expect(error).toBeInstanceOf(BnrnnError);
  expect(error).toBeInstanceOf(Error);
  expect(String(error)).toBe(`${name}: the file is gone.`);
  expect([error.hint, error.cause]).toEqual(['Look again.', cause]);
});

it('has no hint where none is given', () => {
  expect(new DataError('the file is gone.').hint).toBeUndefined();
});
