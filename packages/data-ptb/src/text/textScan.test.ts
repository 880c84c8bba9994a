import fc from 'fast-check';
import { expect, it } from 'vitest';
import { CharacterScan } from './characterScan';
import { nowhere, type TextScan, type TokenSink } from './textScan';
import { TypeTable } from './typeTable';
import { WordScan } from './wordScan';

type Make = (table: TypeTable, sink: TokenSink, from?: number) => TextScan;

const scans: Readonly<Record<string, { make: Make; parts: readonly string[] }>> = {
  words: {
    make: (table, sink, from) => new WordScan('t', table, sink, false, from),
    parts: ['a', 'bc', 'é', '💡', ' ', '  ', '\n', '\n\n', '\r\n', '\t', '<eos>', ' <eos>', '_'],
  },
  'ready-made characters': {
    make: (table, sink, from) => new WordScan('t', table, sink, true, from),
    parts: [' a', ' é', ' 💡', ' _', ' _ _', '\n', '\r\n', ' <eos>'],
  },
  characters: {
    make: (table, sink, from) => new CharacterScan('t', table, sink, from),
    parts: ['a', 'o', 'é', '💡', ' ', '\n', '\r\n', '\t', '<eos>', '<', '<eo', ' <eos>', '_', 's>'],
  },
};

it.each(Object.entries(scans))('begins anew at every place it names: %s', (_, { make, parts }) => {
  let named = 0;
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...parts), { maxLength: 40 }),
      fc.boolean(),
      (chosen, marked) => {
        const bytes = new TextEncoder().encode((marked ? '\ufeff' : '') + chosen.join(''));
        const table = new TypeTable();
        const whole: { id: number; byte: number }[] = [];
        const scan = make(table, (id, byte) => whole.push({ id, byte }));
        scan.push(bytes);
        scan.finish();
        const ids = whole.map(({ id }) => id);
        whole.forEach(({ byte }, place) => {
          if (byte === nowhere) return;
          named++;
          const again: number[] = [];
          const rest = make(table, (id) => again.push(id), byte);
          rest.push(bytes.subarray(byte));
          rest.end();
          expect(again).toEqual(ids.slice(place));
        });
      },
    ),
    { seed: 18, numRuns: 500 },
  );
  expect(named).toBeGreaterThan(1000);
});
