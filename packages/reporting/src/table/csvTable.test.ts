import { describe, expect, it } from 'vitest';
import { csvTable } from './csvTable';

describe('csvTable', () => {
  it('quotes what would be taken apart, and disarms formulas but not numbers', () => {
    const columns = [
      { header: 'a,b', align: 'left' },
      { header: 'value', align: 'right' },
    ] as const;
    const rows = [
      ['say "x"', '-0.5'],
      ['two\nlines', '=1+1'],
      ['@name', '+3'],
    ];
    expect(csvTable({ title: 't', columns, rows, notes: ['n'] })).toBe(
      `"a,b",value\n"say ""x""",-0.5\n"two\nlines",'=1+1\n'@name,+3\n`,
    );
  });
});
