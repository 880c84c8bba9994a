import { expect, test } from 'vitest';
import { failureOf } from './failure';

const denied = (permission: string, resource: string) =>
  Object.assign(new Error('Access to this API has been restricted'), {
    code: 'ERR_ACCESS_DENIED',
    permission,
    resource,
  });

test("what Node's permission model forbids is a sentence with the flag that allows it", () => {
  expect(failureOf(denied('FileSystemWrite', '/data/run'))).toEqual({
    message: "Node's permission model forbids FileSystemWrite on /data/run.",
    hint: 'Start Node with --allow-fs-write=/data/run, or without --permission.',
    status: 1,
  });
  expect(failureOf(denied('ChildProcess', '')).hint).toBe(
    'Start Node with --allow-child-process, or without --permission.',
  );
  expect(
    failureOf(new Error('fsync API is disabled when Permission Model is enabled.')).message,
  ).toBe("Node's permission model forbids fsync, without which no checkpoint is safe.");
});

test('another error is none of it', () => {
  expect(failureOf(new Error('fsync failed')).message).toBe(
    'Something unexpected happened: fsync failed.',
  );
});
