import { BackendError } from '@bnrnn/core';
import {
  expectClose,
  expectNoLeak,
  filled,
  toTensor1D,
  toTensor2D,
  weightedSumOfTensors,
} from '@bnrnn/test-utils';
import {
  add,
  addN,
  div,
  grads,
  mul,
  neg,
  slice,
  sum,
  tidy,
  unregisterGradient,
  unregisterKernel,
  zerosLike,
  Tensor,
  type Tensor2D,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startBackend } from '../backends/startBackend';
import { startKernelLog } from './kernelLog';
import { bindKernel, type KernelCall } from './bindKernel';
import { defineOp } from './defineOp';
import { bindListKernel, runListOp, type ListOp } from './listOp';
import { runOp } from './runOp';

/** sum = factor·a + b, where b may be absent, and difference = factor·a − b. */
const op = defineOp<{ factor: number }>()({
  name: 'sumAndDifference',
  inputs: { a: 'rows columns' },
  optional: { b: 'rows columns' },
  outputs: { sum: 'rows columns', difference: 'rows columns' },
  constants: [],
  fallback({ a, b }, { factor }) {
    const scaled: Tensor2D = mul(a, factor);
    return b
      ? { sum: add<Tensor2D>(scaled, b), difference: add<Tensor2D>(scaled, neg(b)) }
      : { sum: scaled, difference: scaled };
  },
});

const listOp: ListOp = { name: 'total', fallback: (list) => addN([...list]) };

function sumAndDifference(a: Tensor2D, b: Tensor2D | undefined, factor: number) {
  return runOp(op, { a, b }, { factor });
}

let kernelCalls: { b: number[] | undefined; saved: string[] }[] = [];

type Supports = (call: KernelCall<typeof op>) => boolean;

/** The same in a kernel that says it ran: its sum carries 1000 more. */
function bindTestKernels(backendName: string, supports?: Supports): void {
  const tensor = (info: TensorInfo): Tensor => {
    if (info instanceof Tensor) return info as Tensor;
    throw new Error('On this backend kernels are called with tensors.');
  };
  bindKernel(op, backendName, {
    ...(supports && { supports }),
    run({ inputs: { a, b }, attributes: { factor } }) {
      kernelCalls.push({ b: b?.shape, saved: [] });
      return tidy(() => {
        const scaled = mul(tensor(a), factor);
        const other = b === undefined ? zerosLike(tensor(a)) : tensor(b);
        return { sum: add(add(scaled, other), 1000), difference: add(scaled, neg(other)) };
      });
    },
    saves: ['a', 'difference'],
    gradient({ dys, saved, attributes, given }) {
      kernelCalls.push({ b: undefined, saved: Object.keys(saved) });
      expect(saved.difference.shape).toEqual(saved.a.shape);
      const [dSum, dDifference] = [tensor(dys.sum), tensor(dys.difference)];
      return {
        a: mul(add(dSum, dDifference), attributes.factor),
        b: given.b ? add(dSum, neg(dDifference)) : undefined,
      };
    },
  });
  bindListKernel(listOp, backendName, (list) => add(addN(list.map(tensor)), 1000));
}

function unregisterTestKernels(backendName: string): void {
  unregisterKernel(op.name, backendName);
  unregisterGradient(op.name);
  unregisterKernel(listOp.name, backendName);
}

const a64 = filled([7, 5], 1);
const b64 = filled([7, 5], 2);

describe.each(['cpu', 'wasm'] as const)('runOp on %s', (backend) => {
  beforeAll(async () => {
    await startBackend(backend);
  });
  afterEach(async () => {
    await startBackend(backend);
  });

  const run = (factor: number) => {
    const [a, b] = [toTensor2D(a64), toTensor2D(b64)];
    const gradient = grads((x: Tensor, y: Tensor) => {
      const out = sumAndDifference(x as Tensor2D, y as Tensor2D, factor);
      return weightedSumOfTensors(out.sum, out.difference);
    });
    return { forward: sumAndDifference(a, b, factor), gradient: gradient([a, b]) };
  };

  test('runs the fallback where no kernel is registered', () => {
    const log = startKernelLog();
    const { forward } = run(2);
    expectClose(
      forward.sum,
      a64.data.map((v, i) => 2 * v + (b64.data[i] as number)),
    );
    expect(log.stop()).toEqual([{ op: 'sumAndDifference', ran: 'fallback', count: 2 }]);
  });

  test('runs a kernel with several outputs, its gradient, and logs it', () => {
    const reference = run(2);
    bindTestKernels(backend);
    try {
      kernelCalls = [];
      const log = startKernelLog();
      const { forward, gradient } = run(2);
      expect(log.stop()).toEqual([{ op: 'sumAndDifference', ran: 'kernel', count: 2 }]);
      const plus1000 = add(reference.forward.sum, 1000);
      expectClose(forward.sum, plus1000);
      expectClose(forward.difference, reference.forward.difference);
      gradient.forEach((g, i) => expectClose(g, reference.gradient[i] as Tensor));
      const forwardCall = { b: [7, 5], saved: [] };
      const gradientCall = { b: undefined, saved: ['a', 'difference'] };
      expect(kernelCalls).toEqual([forwardCall, forwardCall, gradientCall]);
    } finally {
      unregisterTestKernels(backend);
    }
  });

  test('an absent optional input is undefined for the kernel, and leaves nothing behind', () => {
    bindTestKernels(backend);
    try {
      kernelCalls = [];
      const a = toTensor2D(a64);
      expectNoLeak(() => sumAndDifference(a, undefined, 4));
      expect(kernelCalls).toEqual([{ b: undefined, saved: [] }]);
      const [gradient] = grads((x: Tensor) =>
        sum(sumAndDifference(x as Tensor2D, undefined, 4).sum),
      )([a]);
      expectClose(gradient as Tensor, new Float32Array(35).fill(4));
    } finally {
      unregisterTestKernels(backend);
    }
  });

  test('a call that the kernel cannot serve runs the fallback, or is refused', async () => {
    bindTestKernels(backend, ({ inputs, attributes }) => {
      return attributes.factor === 2 && inputs.b !== undefined && inputs.a.shape[0] === 7;
    });
    try {
      const log = startKernelLog();
      const [a, b] = [toTensor2D(a64), toTensor2D(b64)];
      expectClose(sumAndDifference(a, b, 3).difference, add(mul(a, 3), neg(b)));
      expectClose(sumAndDifference(a, b, 2).sum, add(add(mul(a, 2), b), 1000));
      expectNoLeak(() => sumAndDifference(a, undefined, 2));
      expect(log.stop()).toEqual([
        { op: 'sumAndDifference', ran: 'fallback', count: 2 },
        { op: 'sumAndDifference', ran: 'kernel', count: 1 },
      ]);
      await startBackend(backend, { fallback: 'forbid' });
      expect(() => sumAndDifference(a, b, 3)).toThrow(
        `sumAndDifference: the kernel of the backend "${backend}" does not serve {"factor":3}, and fallbacks are forbidden.`,
      );
    } finally {
      unregisterTestKernels(backend);
      await startBackend(backend);
    }
  });

  test('a list op hands the kernel an array', () => {
    const list = [filled([4], 3), filled([4], 4), filled([4], 5)].map(toTensor1D);
    const total = () => runListOp(listOp, list);
    const plain = total();
    bindTestKernels(backend);
    try {
      expectClose(total(), add(plain, 1000));
    } finally {
      unregisterTestKernels(backend);
    }
  });

  test('two tensors that disagree about an axis are refused', () => {
    const [a, b] = [toTensor2D(a64), toTensor2D(filled([7, 4], 6))];
    expect(() => sumAndDifference(a, b, 2)).toThrow(
      'sumAndDifference: b is [7, 4], expected [rows=7, columns=5].',
    );
  });

  test('forbids fallbacks by one sentence, and lets kernels run', async () => {
    const a = toTensor2D(a64);
    await startBackend(backend, { fallback: 'forbid' });
    const sentence = `sumAndDifference: the backend "${backend}" has no kernel for it, and fallbacks are forbidden.`;
    expect(() => sumAndDifference(a, undefined, 2)).toThrow(BackendError);
    expect(() => sumAndDifference(a, undefined, 2)).toThrow(sentence);
    expect(() => runListOp(listOp, [a])).toThrow('total: the backend');
    bindTestKernels(backend);
    try {
      expectClose(div(slice(sumAndDifference(a, undefined, 2).difference, [0, 0], [1, 1]), 2), {
        shape: [1, 1],
        data: a64.data.slice(0, 1),
      });
    } finally {
      unregisterTestKernels(backend);
    }
  });
});
