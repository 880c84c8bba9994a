/** What Linux lets a process have of its machine; Infinity where nothing is limited. */
export interface MachineLimits {
  /** Processors' worth of time, e.g. 1.5. */
  readonly processors: number;
  /** Bytes of memory. */
  readonly bytes: number;
}

/** A file's text; undefined where it cannot be read. */
export type ReadText = (path: string) => string | undefined;

const root = '/sys/fs/cgroup';

/**
 * The limits of the control groups that this process is in, and of those around them: a container's quota of processors
 * and its memory. Version 2 (`cpu.max`, `memory.max`) and version 1 (`cpu.cfs_quota_us`, `memory.limit_in_bytes`).
 *
 * @see https://docs.kernel.org/admin-guide/cgroup-v2.html and cgroup-v1/
 */
export function controlGroupLimits(read: ReadText): MachineLimits {
  const groups = (read('/proc/self/cgroup') ?? '').split('\n').flatMap(groupOf);
  const processors = groups.flatMap(({ controllers, folders }) =>
    controllers.includes('') || controllers.includes('cpu')
      ? folders.map((folder) => processorsOf(folder, read))
      : [],
  );
  const bytes = groups.flatMap(({ controllers, folders }) =>
    controllers.includes('') || controllers.includes('memory')
      ? folders.map((folder) => bytesOf(folder, read))
      : [],
  );
  return { processors: Math.min(Infinity, ...processors), bytes: Math.min(Infinity, ...bytes) };
}

interface Group {
  /** One empty name for version 2. */
  readonly controllers: readonly string[];
  /** Where its files may lie, with those of the groups around it. */
  readonly folders: readonly string[];
}

/** `4:cpu,cpuacct:/a/b` (version 1) or `0::/a/b` (version 2). */
function groupOf(line: string): Group[] {
  const match = /^\d+:([^:]*):(\/.*)$/.exec(line);
  if (match === null) return [];
  const [, names = '', path = '/'] = match;
  const controllers = names.split(',');
  const mounts =
    names === ''
      ? [root, `${root}/unified`]
      : [names, ...controllers].map((name) => `${root}/${name}`);
  const parts = path.split('/').filter((part) => part !== '');
  const paths = Array.from({ length: parts.length + 1 }, (_, count) =>
    parts
      .slice(0, count)
      .map((part) => `/${part}`)
      .join(''),
  );
  return [
    {
      controllers,
      folders: [...new Set(mounts)].flatMap((mount) => paths.map((at) => mount + at)),
    },
  ];
}

function processorsOf(folder: string, read: ReadText): number {
  const [quota, period] = read(`${folder}/cpu.max`)?.trim().split(' ') ?? [
    read(`${folder}/cpu.cfs_quota_us`),
    read(`${folder}/cpu.cfs_period_us`),
  ];
  const share = Number(quota) / Number(period);
  return share > 0 ? share : Infinity;
}

function bytesOf(folder: string, read: ReadText): number {
  const bytes = Number(read(`${folder}/memory.max`) ?? read(`${folder}/memory.limit_in_bytes`));
  return bytes > 0 ? bytes : Infinity;
}
