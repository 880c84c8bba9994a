import { controlGroupLimits, type MachineLimits, type ReadText } from './controlGroups';

/** Node's own modules where this runs in Node, Deno or Bun; a browser has none, and bundlers see no import. */
const runtime: Partial<Pick<NodeJS.Process, 'getBuiltinModule' | 'platform'>> | undefined =
  globalThis.process;

/**
 * The threads that can compute at once: the processors that the process may use, no more than its container's
 * quota (Node 20 knows affinity but no quota).
 */
export function availableProcessors(): number {
  const os = runtime?.getBuiltinModule?.('node:os');
  if (os === undefined) return processorsOfBrowser();
  return Math.max(1, Math.min(os.availableParallelism(), Math.floor(limits().processors)));
}

/** The bytes of memory that this process may use: the machine's, or its container's; Infinity where nothing tells. */
export function memoryOfMachine(): number {
  const os = runtime?.getBuiltinModule?.('node:os');
  return os === undefined ? Infinity : Math.min(os.totalmem(), limits().bytes);
}

/** The most bytes of addresses that this process may reserve (`ulimit -v`); Infinity where nothing limits them. */
export function addressSpaceLimit(read: ReadText = readText): number {
  const line = /^Max address space +(\S+)/m.exec(read('/proc/self/limits') ?? '');
  const bytes = Number(line?.[1]);
  return bytes > 0 ? bytes : Infinity;
}

function processorsOfBrowser(): number {
  const { navigator } = globalThis as { navigator?: { hardwareConcurrency?: number } };
  return navigator?.hardwareConcurrency ?? 1;
}

function limits(): MachineLimits {
  if (runtime?.platform !== 'linux') return { processors: Infinity, bytes: Infinity };
  return controlGroupLimits(readText);
}

function readText(path: string): string | undefined {
  try {
    return runtime?.getBuiltinModule?.('node:fs').readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
