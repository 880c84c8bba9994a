import { describe, expect, it } from 'vitest';
import { parseScpTarget } from './parseScpLine';

describe('parseScpTarget', () => {
  it.each([
    ['a.ark:12', { kind: 'file', path: 'a.ark', offset: 12, range: undefined }],
    ['dir/with space/a.ark:0', { path: 'dir/with space/a.ark', offset: 0 }],
    ['whole.mat', { path: 'whole.mat', offset: undefined }],
    ['C:\\x.ark', { path: 'C:\\x.ark', offset: undefined }],
    ['a:b:7', { path: 'a:b', offset: 7 }],
    [':7', { path: ':7', offset: undefined }],
    ['a.ark:12[0:9]', { offset: 12, range: { rows: [0, 9], columns: undefined } }],
    ['a.ark:12[:,5:12]', { range: { rows: undefined, columns: [5, 12] } }],
    ['a.ark[3:4,0:0]', { path: 'a.ark', range: { rows: [3, 4], columns: [0, 0] } }],
    ['a.ark:1[:]', { range: { rows: undefined, columns: undefined } }],
    ['a.ark:1[:,:]', { range: { rows: undefined, columns: undefined } }],
    ['sph2pipe -f wav a.sph |', { kind: 'command', command: 'sph2pipe -f wav a.sph' }],
    ['cat a |[0:1]', { kind: 'command', command: 'cat a', range: { rows: [0, 1] } }],
  ])('%s', (text, expected) => {
    expect(parseScpTarget(text)).toMatchObject(expected);
  });

  it.each([
    ['a.ark:1[0:]', 'has no range in "[0:]"'],
    ['a.ark:1[0]', 'has no range in "[0]"'],
    ['a.ark:1[]', 'has no range in "[]"'],
    ['a.ark:1[0:1,2:3,4:5]', 'has no range in "[0:1,2:3,4:5]"'],
    ['a.ark:1[-1:2]', 'has no range in "[-1:2]"'],
    ['a.ark:1[0:1][2:3]', 'has no range in "[0:1][2:3]"'],
    ['[0:1]', 'has a "]" at its end without a path and "[" before it'],
    ['a]', 'has a "]" at its end without a path and "[" before it'],
    ['a.ark:1 [0:1]', 'has a blank before its range'],
    ['-', 'names standard input, expected a file'],
    ['|', 'has no command before its "|"'],
    ['| cat', 'has a "|" that is not at its end'],
  ])('refuses %s', (text, reason) => {
    expect(parseScpTarget(text)).toBe(reason);
  });
});
