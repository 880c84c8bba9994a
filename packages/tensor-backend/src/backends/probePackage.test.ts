import { BackendError } from '@bnrnn/core';
import { expect, test } from 'vitest';
import { found, missing } from './optionalPackage';
import { expectPackage, probePackage } from './probePackage';

const packageName = '@tensorflow/tfjs-node';
const available = () => ({ available: true, details: 'here' });

test('a package that is not there is named with the command that installs it', async () => {
  const name = '@bnrnn/no-such-backend';
  const settled = await import(/* @vite-ignore */ name).then(found, missing(name));
  expect(probePackage(name, settled, available)).toEqual({
    available: false,
    details: `needs ${name}`,
    reason: `The package ${name} is not installed.`,
    fix: `npm install ${name}`,
    absent: true,
  });
});

test('a tfjs package is asked for by the version that is tested', () => {
  const settled = { missing: 'not installed', cause: new Error('gone') } as const;
  expect(probePackage(packageName, settled, available).fix).toBe(
    `npm install ${packageName}@4.22.0`,
  );
});

test('a native addon that does not load is told from a package that is not there', () => {
  const cause = new Error('libtensorflow.so.2: cannot open shared object file\n  at require');
  const settled = { missing: 'not loadable', cause } as const;
  expect(probePackage(packageName, settled, available)).toMatchObject({
    reason:
      'The package @tensorflow/tfjs-node is installed but its native addon does not load: libtensorflow.so.2: cannot open shared object file',
    fix: 'npm rebuild @tensorflow/tfjs-node --build-addon-from-source',
  });
  expect(() => expectPackage('node', packageName, settled)).toThrow(BackendError);
});

test('a module that is there is used as it is, or its default where it is CommonJS', async () => {
  const settled = await import('node:path').then(found, missing('node:path'));
  expect(expectPackage('cpu', 'node:path', settled).sep).toMatch(/[\\/]/);
  expect(probePackage('node:path', settled, available)).toEqual({
    available: true,
    details: 'here',
  });
});
