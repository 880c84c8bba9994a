import { expect, test } from 'vitest';
import { controlGroupLimits } from './controlGroups';

const reader = (files: Record<string, string>) => (path: string) => files[path];

test('version 2: the tightest of the group and those around it', () => {
  const files = {
    '/proc/self/cgroup': '0::/user.slice/job\n',
    '/sys/fs/cgroup/user.slice/job/cpu.max': 'max 100000\n',
    '/sys/fs/cgroup/user.slice/cpu.max': '150000 100000\n',
    '/sys/fs/cgroup/user.slice/job/memory.max': '4294967296\n',
    '/sys/fs/cgroup/user.slice/memory.max': 'max\n',
  };
  expect(controlGroupLimits(reader(files))).toEqual({ processors: 1.5, bytes: 2 ** 32 });
});

test('version 2 in a container, where the group looks like the root', () => {
  const files = { '/proc/self/cgroup': '0::/\n', '/sys/fs/cgroup/cpu.max': '100000 100000\n' };
  expect(controlGroupLimits(reader(files))).toEqual({ processors: 1, bytes: Infinity });
});

test('version 1: each controller has a folder, and -1 is no quota', () => {
  const files: Record<string, string> = {
    '/proc/self/cgroup': '9:name=systemd:/\n4:cpu,cpuacct:/docker/x\n3:memory:/docker/y\n0::/\n',
    // Inside a container the path of the host is not there: the root is the container's group.
    '/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us': '50000\n',
    '/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us': '100000\n',
    '/sys/fs/cgroup/memory/docker/y/memory.limit_in_bytes': '1073741824\n',
    '/sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712\n',
  };
  expect(controlGroupLimits(reader(files))).toEqual({ processors: 0.5, bytes: 2 ** 30 });
  files['/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us'] = '-1\n';
  expect(controlGroupLimits(reader(files)).processors).toBe(Infinity);
});

test('no control groups, no limits', () => {
  expect(controlGroupLimits(() => undefined)).toEqual({ processors: Infinity, bytes: Infinity });
});
