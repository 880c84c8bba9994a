import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { joinUtterances } from '../../src/index';
import {
  openDataDirectory,
  openFeatures,
  readAlignments,
  readEntries,
  readTransitionModel,
} from '../../src/node/index';
import {
  bytes,
  compressedMatrix,
  float32,
  float64,
  floatMatrix,
  int32,
  integerVector,
  tagged,
  uint16,
} from './kaldiBytes';
import { binaryModel, textModel } from './models';

/** A good file of a data set, and what reads it. */
export interface FuzzTarget {
  readonly name: string;
  /** The file that is changed, relative to the folder. */
  readonly file: string;
  /** Whether changes are made to what it unpacks to. */
  readonly packed?: boolean;
  read(folder: string): Promise<void>;
}

const header = [float32(-1), float32(2), int32(2), int32(2)];
const features = bytes(
  floatMatrix('a', 2, 2, [1, 2, 3, 4]),
  compressedMatrix('b'),
  bytes('c \0BCM2 ', header, [0, 1, 2, 65_535].map(uint16)),
  bytes('d \0BCM3 ', header, Buffer.of(0, 9, 99, 255)),
  bytes('e \0BDM ', tagged(1), tagged(2), [float64(0.1), float64(7)]),
  floatMatrix(
    'f',
    12,
    2,
    Array.from({ length: 24 }, (_, i) => i),
  ),
);
const text = Buffer.from('a  [\n  1 2.5 \n  -3e2 4 ]\nb  [ 5 6 7 ]\nc 1 2 3 \nd  [ ]\ne \n');
const labels = bytes(
  integerVector('a', [1, 1]),
  integerVector('b', [2, 3, 4]),
  integerVector(
    'f',
    Array.from({ length: 12 }, () => 9),
  ),
);
const at = (key: string): number => features.indexOf(`${key} \0B`) + 2;
const keys = ['a', 'b', 'c', 'd', 'e', 'f'];
const statistics = bytes('s \0BDM ', tagged(2), tagged(3), [9, 3, 4, 35, 8, 0].map(float64));

/** The files of a small data set, all well-formed. */
export const goodFiles: Record<string, Buffer> = {
  'feats.ark': features,
  'packed.ark': gzipSync(features),
  'text.ark': text,
  'labels.ark': labels,
  'ali.1.gz': gzipSync(labels),
  'pdf.txt': Buffer.from('a 0 1 \nb 0 0 3 \nf 1 2 3 4 5 6 7 8 9 10 11 12 \n'),
  'tuples.mdl': binaryModel('Tuples'),
  'triples.mdl': binaryModel('Triples'),
  'text.mdl': Buffer.from(textModel('Tuples')),
  'lone.mat': bytes('\0BDM ', tagged(2), tagged(3), [9, 3, 4, 35, 8, 0].map(float64)),
  'ranges.scp': Buffer.from(keys.map((key) => `${key} feats.ark:${at(key)}[0:0,1:1]\n`).join('')),
  'dir/feats.scp': Buffer.from(keys.map((key) => `${key} feats.ark:${at(key)}\n`).join('')),
  'dir/utt2spk': Buffer.from(keys.map((key) => `${key} s\n`).join('')),
  'dir/utt2num_frames': Buffer.from('a 2\nb 3\nc 2\nd 2\n'),
  'dir/cmvn.scp': Buffer.from('s cmvn.ark:2\n'),
  'cmvn.ark': statistics,
};

async function entries(path: string): Promise<number> {
  let seen = 0;
  for await (const { key } of readEntries(path)) seen += key.length;
  return seen;
}

async function table(path: string): Promise<void> {
  const opened = await openFeatures(path);
  try {
    for (const key of opened.keys) await opened.read(key);
  } finally {
    await opened.close();
  }
}

async function directory(folder: string): Promise<void> {
  const { features: opened, dropped } = await openDataDirectory(join(folder, 'dir'), {
    cmvn: 'means and variances',
    deltas: {},
  });
  try {
    const alignments = await readAlignments(join(folder, 'pdf.txt'));
    const { utterances } = joinUtterances(opened, alignments, { dropped });
    for (const { key } of utterances) await opened.read(key);
  } finally {
    await opened.close();
  }
}

const reads = (
  file: string,
  read: (path: string) => Promise<unknown>,
  packed = false,
): FuzzTarget => ({
  name: `${file} ${read.name}`,
  file,
  packed,
  read: async (folder) => {
    await read(join(folder, file));
  },
});
const aligns = (file: string, model: string): FuzzTarget => ({
  name: `alignments with a changed ${file}`,
  file,
  packed: file.endsWith('.gz'),
  read: async (folder) => {
    await readAlignments(join(folder, 'ali.1.gz'), { model: join(folder, model) });
  },
});
const inDirectory = (file: string): FuzzTarget => ({
  name: `data directory with a changed ${file}`,
  file,
  read: directory,
});

export const fuzzTargets: readonly FuzzTarget[] = [
  reads('feats.ark', entries),
  reads('feats.ark', table),
  reads('packed.ark', entries),
  reads('packed.ark', entries, true),
  reads('packed.ark', table, true),
  reads('text.ark', entries),
  reads('labels.ark', entries),
  reads('labels.ark', readAlignments),
  reads('pdf.txt', readAlignments),
  reads('lone.mat', entries),
  reads('ranges.scp', entries),
  reads('ranges.scp', table),
  reads('tuples.mdl', readTransitionModel),
  reads('triples.mdl', readTransitionModel),
  reads('text.mdl', readTransitionModel),
  aligns('ali.1.gz', 'tuples.mdl'),
  aligns('tuples.mdl', 'tuples.mdl'),
  inDirectory('feats.ark'),
  inDirectory('dir/feats.scp'),
  inDirectory('dir/utt2spk'),
  inDirectory('dir/utt2num_frames'),
  inDirectory('dir/cmvn.scp'),
  inDirectory('cmvn.ark'),
];
