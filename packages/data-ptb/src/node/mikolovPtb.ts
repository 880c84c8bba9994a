import { DataError } from '@bnrnn/core';
import type { RawCorpus } from '../text/rawCorpus';
import { splitNames, type SplitName, type TextLevel } from '../textCorpus';
import { endOfLine, unknownWord } from '../vocabulary';

/** What is counted in a split. */
interface Counts {
  /** Words or characters, one `<eos>` a line among them. */
  readonly tokens: number;
  readonly lines: number;
  readonly types: number;
  /** Tokens that are `<unk>`; by characters there are none. */
  readonly unknown: number;
}

interface KnownSplit extends Readonly<Record<TextLevel, Counts>> {
  /** Of the tokens, and with them of the unpacked word text as Mikolov wrote it. */
  readonly sha256: string;
}

/** Mikolov's preprocessed Penn Treebank, the files that published perplexities are measured on. */
const mikolovPtb: Readonly<Record<SplitName, KnownSplit>> = {
  train: {
    word: { tokens: 929_589, lines: 42_068, types: 10_000, unknown: 45_020 },
    character: { tokens: 5_017_482, lines: 42_068, types: 50, unknown: 0 },
    sha256: 'fcea919f6cf83f35d4d00c6cbf08040d13d4155226340912e2fef9c9c4102cbf',
  },
  valid: {
    word: { tokens: 73_760, lines: 3_370, types: 6_022, unknown: 3_485 },
    character: { tokens: 393_042, lines: 3_370, types: 50, unknown: 0 },
    sha256: 'c9fe6985fe0d4ccb578183407d7668fc6066c20700cb4cf87d8ff1cc34df1bf2',
  },
  test: {
    word: { tokens: 82_430, lines: 3_761, types: 6_049, unknown: 4_794 },
    character: { tokens: 442_423, lines: 3_761, types: 48, unknown: 0 },
    sha256: 'dd65dff31e70846b2a6030a87482edcd5d199130cdcfa1f3dccbb033728deee0',
  },
};

/** Whether a corpus has Mikolov's tokens, however its files write them. */
export function isMikolovs({ sha256 }: RawCorpus): boolean {
  return splitNames.every((split) => sha256?.[split] === mikolovPtb[split].sha256);
}

/**
 * @throws DataError when the tokens of a split are not Mikolov's, saying in what they differ: lines,
 *   words, types, `<unk>`, capital letters or, where all these agree, the words themselves.
 */
export function refuseOthers(raw: RawCorpus): void {
  for (const split of splitNames) {
    const known = mikolovPtb[split];
    const found = raw.sha256?.[split] ?? '';
    if (found === known.sha256) continue;
    const { where } = raw.splits[split];
    throw new DataError(
      `${where} is not the ${split} split of Mikolov's Penn Treebank: ` +
        `${differences(raw, split, known[raw.unit])}; SHA-256 of its ${raw.unit}s ` +
        `${found.slice(0, 16)}..., expected ${known.sha256.slice(0, 16)}....`,
      {
        hint: 'To train on a text of your own, name its files train.txt, valid.txt and test.txt.',
      },
    );
  }
}

function differences(raw: RawCorpus, split: SplitName, known: Counts): string {
  const came = countsOf(raw, split);
  const count = (n: number) => n.toLocaleString('en-US');
  const named = {
    lines: 'lines',
    tokens: `${raw.unit}s with ${endOfLine}`,
    types: 'types',
    unknown: unknownWord,
  };
  const parts = (['lines', 'tokens', 'types', 'unknown'] as const)
    .filter((what) => came[what] !== known[what])
    .map((what) => `${count(came[what])} ${named[what]} (expected ${count(known[what])})`);
  const capitals = capitalsIn(raw, split);
  if (capitals > 0) parts.push(`${count(capitals)} types with capital letters (expected N alone)`);
  if (parts.length > 0) return `it has ${parts.join(', ')}`;
  return `it has as many lines, ${raw.unit}s and types, but other ${raw.unit}s or another order`;
}

function countsOf({ names, splits }: RawCorpus, split: SplitName): Counts {
  const { counts } = splits[split];
  const of = (name: string) => counts.of(names.indexOf(name));
  return {
    tokens: counts.total,
    lines: of(endOfLine),
    types: names.filter((_, id) => counts.of(id) > 0).length,
    unknown: of(unknownWord),
  };
}

function capitalsIn({ names, splits }: RawCorpus, split: SplitName): number {
  const { counts } = splits[split];
  return names.filter(
    (name, id) => counts.of(id) > 0 && name !== 'N' && name !== name.toLowerCase(),
  ).length;
}
