import { afterEach, expect, test } from 'vitest';
import { withEnvironment } from './withEnvironment';

afterEach(() => {
  delete process.env['BNRNN_TEST_A'];
});

test('the environment is changed for the load alone', () => {
  process.env['BNRNN_TEST_A'] = 'old';
  const during = withEnvironment({ BNRNN_TEST_A: 'new', BNRNN_TEST_B: 'set' }, () => [
    process.env['BNRNN_TEST_A'],
    process.env['BNRNN_TEST_B'],
  ]);
  expect(during).toEqual(['new', 'set']);
  expect(process.env['BNRNN_TEST_A']).toBe('old');
  expect('BNRNN_TEST_B' in process.env).toBe(false);
});
