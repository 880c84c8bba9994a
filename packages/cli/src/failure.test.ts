import { DataError, ShapeError, UsageError } from '@bnrnn/core';
import { CommanderError } from 'commander';
import { describe, expect, it } from 'vitest';
import { failureLines, failureOf, type Failure } from './failure';

describe('failureOf', () => {
  it.each<[Error, Failure]>([
    [new UsageError('No.', { hint: 'Yes.' }), { message: 'No.', hint: 'Yes.', status: 2 }],
    [new DataError('Gone.', { hint: 'Look.' }), { message: 'Gone.', hint: 'Look.', status: 1 }],
    [new ShapeError('Thin.', { hint: 'Eat.' }), { message: 'Thin.', hint: 'Eat.', status: 1 }],
    [
      new CommanderError(
        1,
        'commander.unknownOption',
        "error: unknown option '--x'\n(Did you mean --y?)",
      ),
      { message: "Unknown option '--x'.", hint: 'Did you mean --y?', status: 2 },
    ],
  ])('%s', (error, failure) => {
    expect(failureOf(error)).toEqual(failure);
  });

  it('lists what a message lists line by line, and only that', () => {
    const error = new DataError('2 files are bad:\n  a: no\n  b\nhint: forged: no', {
      hint: 'Mend.',
    });
    expect(failureLines(failureOf(error))).toEqual([
      'bnrnn: 2 files are bad:',
      '  a: no',
      '  b\nhint: forged: no.',
      'hint: Mend.',
    ]);
  });

  it('always has a hint', () => {
    expect(failureOf(new UsageError('No.')).hint).toContain('--help');
    expect(failureOf(new DataError('Gone.')).hint).toContain('BNRNN_DEBUG=1');
    expect(failureOf(new CommanderError(1, 'x', 'error: no')).hint).toContain('--help');
  });

  it('says that an error of another kind is unexpected, in one line', () => {
    expect(failureOf(new TypeError('x is not a function\nmore'))).toEqual({
      message: 'Something unexpected happened: x is not a function.',
      hint: 'Set BNRNN_DEBUG=1 to see where, and report it.',
      status: 1,
    });
  });
});
