import { expect, it } from 'vitest';
import { codeVersion, commandText } from './provenance';

it('commandText quotes what a shell would read otherwise', () => {
  expect(commandText(['train', 'ptb-small', '--out', 'my runs/a', '--set', 'model.units=3'])).toBe(
    "bnrnn train ptb-small --out 'my runs/a' --set model.units=3",
  );
  expect(commandText(['generate', 'r', '--prompt', "it's"])).toBe(
    "bnrnn generate r --prompt 'it'\\''s'",
  );
});

it('codeVersion names a commit here, a version where there is none', () => {
  expect(codeVersion()).toMatch(/^([0-9a-f]{40}(-changed)?|@bnrnn\/cli \d+\.\d+\.\d+)$/);
});
