import { expect, test } from 'vitest';
import { DataError } from './errors';
import { cannotWrite, errorCode, reasonOf } from './systemFailure';

const failed = (code: string): Error => Object.assign(new Error('low'), { code });

test('what the system says is put into words, and the rest is left as it is', () => {
  expect(reasonOf(failed('ENOENT'))).toBe('there is no such file or folder');
  expect(reasonOf(failed('EROFS'))).toBe('the disk is read-only');
  expect(reasonOf(failed('Z_BUF_ERROR'))).toBe('the gzip data ends early');
  expect(reasonOf(failed('EOTHER'))).toBe('low');
  expect(reasonOf(failed('constructor'))).toBe('low');
  expect(reasonOf(7)).toBe('7');
  expect(errorCode(new Error('low'))).toBe('');
});

test('what cannot be written is named with the reason and what helps', () => {
  const error = cannotWrite('/a/b', failed('ENOSPC'));
  expect(error).toBeInstanceOf(DataError);
  expect(error.message).toBe('/a/b cannot be written: the disk is full.');
  expect(error.hint).toBe('Make room on the disk, or name another place.');
  expect(cannotWrite('/a/b', failed('EOTHER')).hint).toBeUndefined();
});
