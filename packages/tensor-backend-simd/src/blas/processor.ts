import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';

/** What the choice of a library depends on. */
export interface Processor {
  readonly maker: 'intel' | 'amd' | 'other';
  /** Whether it multiplies bfloat16 numbers itself: AMX or AVX-512 BF16. Known on Linux alone. */
  readonly bfloat16: boolean;
}

/** The processor of this machine. */
export function processorHere(): Processor {
  let flags = '';
  if (process.platform === 'linux') {
    try {
      flags = readFileSync('/proc/cpuinfo', 'utf8');
    } catch {
      // A sandbox without /proc: the model's name is enough for the maker.
    }
  }
  return readProcessor(cpus()[0]?.model ?? '', flags);
}

/**
 * @param model  the processor's name as the system gives it.
 * @param info   Linux's `/proc/cpuinfo`; empty elsewhere.
 */
export function readProcessor(model: string, info: string): Processor {
  const maker = /intel/i.test(model) ? 'intel' : /\bamd\b/i.test(model) ? 'amd' : 'other';
  const flags = /^flags\s*:(.*)$/m.exec(info)?.[1]?.split(' ') ?? [];
  return { maker, bfloat16: flags.includes('amx_bf16') || flags.includes('avx512_bf16') };
}
