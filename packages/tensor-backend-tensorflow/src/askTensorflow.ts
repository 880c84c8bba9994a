import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { explainLoadError } from './explainLoadError';
import type { TfjsNodePlace } from './findTfjsNode';
import type { Found } from './problem';

const run = promisify(execFile);

/** What TensorFlow says of itself when it is loaded. */
export interface TensorflowAnswer {
  readonly tensorflow: string;
  readonly gpu: boolean;
  /** The CUDA libraries that it has loaded, with their versions. */
  readonly cuda: readonly string[];
  /** What it complained of about GPUs, its first line. */
  readonly complaint: string | null;
}

/**
 * Asks TensorFlow for its version and devices in a process of its own: a library that does not fit
 * this processor ends the process that loads it.
 */
export async function askTensorflow(place: TfjsNodePlace): Promise<Found<TensorflowAnswer>> {
  const script = `
    const { isUsingGpuDevice, binding } = require(${JSON.stringify(place.entry)}).backend();
    let maps = '';
    try { maps = require('fs').readFileSync('/proc/self/maps', 'utf8'); } catch {}
    const files = maps.match(/[^/\\s]*lib(cu|nv|nccl)[^/\\s]*[.]so[^\\s]*/g) || [];
    const answer = { tensorflow: binding.TF_Version, gpu: isUsingGpuDevice, cuda: [...new Set(files)].sort() };
    console.log('\\n' + JSON.stringify(answer));`;
  try {
    const env = { ...process.env, TF_CPP_MIN_LOG_LEVEL: '0' };
    const { stdout, stderr } = await run(process.execPath, ['-e', script], {
      env,
      timeout: 120_000,
    });
    const answer = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as TensorflowAnswer;
    return { value: { ...answer, complaint: complaintIn(stderr) } };
  } catch (error) {
    return { problem: explainLoadError(place, failureOf(error)) };
  }
}

/** The first line in which TensorFlow says what is wrong with GPUs here. */
function complaintIn(log: string): string | null {
  const about = /dlopen|dynamic library|cuda drivers|cuInit|CUDA error|cuDNN.*(not|version)/i;
  const line = log.split('\n').find((text) => about.test(text));
  return line === undefined ? null : line.replace(/^.*?\.cc:\d+\] /, '').trim();
}

function failureOf(error: unknown): string {
  const { signal, stderr, message } = error as Error & { signal?: string; stderr?: string };
  if (signal) return `its process was ended by ${signal}.`;
  const thrown = /^\s*(?:\w*Error): (.*)$/m.exec(stderr ?? '')?.[1];
  return thrown ?? message;
}
