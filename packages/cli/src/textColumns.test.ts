import { expect, it } from 'vitest';
import { textColumns } from './textColumns';

it('textColumns lines the columns up and leaves no space at the end', () => {
  expect(
    textColumns([
      ['a', 'long', 'c'],
      ['wide', 'b', ''],
      ['x', 'y', 'zz'],
    ]),
  ).toEqual(['a     long  c', 'wide  b', 'x     y     zz']);
});
