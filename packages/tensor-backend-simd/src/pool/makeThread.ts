import { makeBarrier } from '../threads/barrier';
import { argumentCount, argumentsStart, signal, signalsOf } from '../threads/control';
import { instantiateKernels } from '../threads/kernels';
import { lagging } from '../threads/lagging';
import type { ProductChoice, Products } from './ownProducts';
import type { Thread } from '../threads/thread';

/** What it takes to build a thread's view of the shared memory; can be posted to a worker. */
export interface ThreadSeed extends ProductChoice {
  readonly memory: WebAssembly.Memory;
  readonly module: WebAssembly.Module;
  readonly part: number;
  readonly parts: number;
}

/** A thread, its signals and the arguments of the running program. */
export function makeThread(
  seed: ThreadSeed,
  products: Products,
): {
  thread: Thread;
  signals: Int32Array;
  values: Float64Array;
} {
  const { memory, module, part, parts } = seed;
  const { buffer } = memory;
  const signals = signalsOf(memory);
  const kernels = instantiateKernels(module, memory);
  const whole: Thread = {
    part,
    parts,
    kernels,
    float32: new Float32Array(buffer),
    int32: new Int32Array(buffer),
    ...products.makeProducts(seed, kernels),
    barrier: lagging(makeBarrier(signals, parts), part, parts),
  };
  const thread = parts % 2 === 0 ? { ...whole, half: halfOf(whole, signals) } : whole;
  return { thread, signals, values: new Float64Array(buffer, argumentsStart, argumentCount) };
}

function halfOf(whole: Thread, signals: Int32Array): NonNullable<Thread['half']> {
  const parts = whole.parts / 2;
  const which = whole.part < parts ? 0 : 1;
  const part = whole.part - which * parts;
  const barrier = lagging(makeBarrier(signals, parts, signal.halves + 2 * which), part, parts);
  return { which, thread: { ...whole, part, parts, barrier } };
}
