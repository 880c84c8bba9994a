import { realpathSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder, writePackage } from '../test/fakeTfjsNode';
import { findSecondCore, findTfjsNode, type TfjsNodePlace } from './findTfjsNode';

const name = '@tensorflow/tfjs-node';

test('the folder that was named is where it is looked for', () => {
  const folder = realpathSync(temporaryFolder());
  const place = writePackage(folder, 'tfjs-node', '');
  // node-gpu too: one addon serves both.
  for (const wanted of [name, `${name}-gpu`] as const) {
    expect(findTfjsNode(wanted, folder).value).toEqual({
      packageName: name,
      entry: join(place, 'index.js'),
      folder: place,
      built: folder,
    });
  }
});

test('a folder without it, or that is not there, is named with the command that fills it', () => {
  const folder = temporaryFolder();
  expect(findTfjsNode(name, folder)).toEqual({
    problem: {
      reason: `BNRNN_TFJS_NODE names ${folder}, which holds no @tensorflow/tfjs-node.`,
      fix: `node tools/libtensorflow/build.mjs --pip tensorflow-cpu==2.21.0 --out ${folder}`,
    },
  });
  const gone = join(folder, 'gone');
  expect(findTfjsNode(name, gone)).toMatchObject({
    problem: { reason: `BNRNN_TFJS_NODE names ${gone}, which does not exist.` },
  });
});

test('a package that npm did not install is named with what gets it', () => {
  expect(findTfjsNode(`${name}-gpu`, '')).toEqual({
    problem: {
      reason: 'The package @tensorflow/tfjs-node-gpu is not installed.',
      fix: 'python3 -m pip install "tensorflow[and-cuda]==2.21.0" && node tools/libtensorflow/build.mjs --python python3 (or, where its download works: npm install @tensorflow/tfjs-node-gpu@4.22.0)',
      absent: true,
    },
  });
});

function placeIn(folder: string): TfjsNodePlace {
  const place = writePackage(folder, 'tfjs-node', '');
  return { packageName: name, folder: place, entry: join(place, 'index.js') };
}

test('the copy of the core that is loaded is the right one', () => {
  const folder = realpathSync(temporaryFolder());
  const place = placeIn(folder);
  const core = createRequire(import.meta.url).resolve('@tensorflow/tfjs-core/package.json');
  symlinkSync(dirname(core), join(folder, 'node_modules', '@tensorflow', 'tfjs-core'));
  expect(findSecondCore(place)).toEqual({ value: true });
});

test('a core that is not there is named', () => {
  const place = placeIn(realpathSync(temporaryFolder()));
  expect(findSecondCore(place)).toMatchObject({
    problem: { reason: `${name} in ${place.folder} lacks @tensorflow/tfjs-core.` },
  });
});

test('two copies are refused before the second is loaded', () => {
  const folder = realpathSync(temporaryFolder());
  const place = placeIn(folder);
  const copy = writePackage(folder, 'tfjs-core', 'throw new Error("loaded")');
  expect(findSecondCore(place)).toEqual({
    problem: {
      reason: `There are two copies of @tensorflow/tfjs-core: ${name} would load ${copy}, and this process has loaded another.`,
      fix: `npm install @tensorflow/tfjs-core@4.22.0 ${name}@4.22.0 && npm dedupe`,
    },
  });
  expect(findSecondCore({ ...place, built: '/built' })).toMatchObject({
    problem: { fix: expect.stringContaining('--out /built --project FOLDER') as string },
  });
});
