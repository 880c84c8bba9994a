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
  getKernel,
  grads,
  mul,
  neg,
  registerGradient,
  registerKernel,
  scalar,
  slice,
  sum,
  tidy,
  unregisterGradient,
  unregisterKernel,
  zerosLike,
  type Tensor,
} from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startBackend } from '../backends/startBackend';
import { startKernelLog } from './kernelLog';
import { defineContract, type KernelAttributes, type OpKernelConfig } from './opContract';
import { runListOp, runOp } from './runOp';

/** sum = factor·a + b, where b may be absent, and difference = factor·a − b. */
const contract = defineContract<{ factor: number }>()({
  name: 'TestSumAndDifference',
  op: 'sumAndDifference',
  inputs: ['a'],
  optional: ['b'],
  outputs: ['sum', 'difference'],
});

const listContract = defineContract<object>()({
  name: 'TestTotal',
  op: 'total',
  inputs: [],
  optional: [],
  outputs: ['total'],
});

function sumAndDifference(a: Tensor, b: Tensor | undefined, factor: number) {
  return runOp(contract, { a, b }, { factor }, () => {
    const scaled = mul(a, factor);
    return b
      ? { sum: add(scaled, b), difference: add(scaled, neg(b)) }
      : { sum: scaled, difference: scaled };
  });
}

let kernelCalls: { hasB: boolean; placeholder: number[] }[] = [];

/** The same in a kernel that says it ran: its sum carries 1000 more. */
function registerTestKernels(backendName: string): void {
  registerKernel({
    kernelName: contract.name,
    backendName,
    kernelFunc: ({ inputs, attrs }) => {
      const { factor, hasB } = attrs as unknown as KernelAttributes<typeof contract>;
      const [a, b] = [inputs['a'] as Tensor, inputs['b'] as Tensor];
      kernelCalls.push({ hasB, placeholder: b.shape });
      return tidy(() => {
        const scaled = mul(a, factor);
        const other = hasB ? b : zerosLike(a);
        return [add(add(scaled, other), 1000), add(scaled, neg(other))];
      });
    },
  });
  registerGradient({
    kernelName: contract.name,
    inputsToSave: ['a'],
    gradFunc: (dys, saved, attrs) => {
      const [dSum, dDifference] = dys as Tensor[];
      const { factor, hasB } = attrs as unknown as KernelAttributes<typeof contract>;
      expect(saved).toHaveLength(1);
      return {
        a: () => mul(add(dSum as Tensor, dDifference as Tensor), factor),
        b: () => (hasB ? add(dSum as Tensor, neg(dDifference as Tensor)) : scalar(0)),
      };
    },
  });
  registerKernel({
    kernelName: listContract.name,
    backendName,
    kernelFunc: ({ inputs }) => add(addN(inputs as unknown as Tensor[]), 1000),
  });
}

function unregisterTestKernels(backendName: string): void {
  unregisterKernel(contract.name, backendName);
  unregisterGradient(contract.name);
  unregisterKernel(listContract.name, backendName);
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
      const out = sumAndDifference(x, y, factor);
      return weightedSumOfTensors(out['sum'], out['difference']);
    });
    return { forward: sumAndDifference(a, b, factor), gradient: gradient([a, b]) };
  };

  test('runs the reference where no kernel is registered', () => {
    const log = startKernelLog();
    const { forward } = run(2);
    expectClose(
      forward['sum'],
      a64.data.map((v, i) => 2 * v + (b64.data[i] as number)),
    );
    expect(log.stop()).toEqual([{ op: 'sumAndDifference', ran: 'reference', count: 2 }]);
  });

  test('runs a kernel with several outputs, its gradient, and logs it', () => {
    const reference = run(2);
    registerTestKernels(backend);
    try {
      kernelCalls = [];
      const log = startKernelLog();
      const { forward, gradient } = run(2);
      expect(log.stop()).toEqual([{ op: 'sumAndDifference', ran: 'kernel', count: 2 }]);
      const plus1000 = add(reference.forward['sum'], 1000);
      expectClose(forward['sum'], plus1000);
      expectClose(forward['difference'], reference.forward['difference']);
      gradient.forEach((g, i) => expectClose(g, reference.gradient[i] as Tensor));
      expect(kernelCalls).toEqual(Array(2).fill({ hasB: true, placeholder: [7, 5] }));
    } finally {
      unregisterTestKernels(backend);
    }
  });

  test('an absent optional input is a placeholder and a flag, and leaves nothing behind', () => {
    registerTestKernels(backend);
    try {
      kernelCalls = [];
      const a = toTensor2D(a64);
      expectNoLeak(() => sumAndDifference(a, undefined, 4));
      expect(kernelCalls).toEqual([{ hasB: false, placeholder: [] }]);
      const [gradient] = grads((x: Tensor) => sum(sumAndDifference(x, undefined, 4)['sum']))([a]);
      expectClose(gradient as Tensor, new Float32Array(35).fill(4));
    } finally {
      unregisterTestKernels(backend);
    }
  });

  test('a call that the kernel cannot serve runs the reference, or is refused', async () => {
    registerTestKernels(backend);
    const kernel: OpKernelConfig = getKernel(contract.name, backend);
    kernel.supports = ({ factor, hasB }, inputs) => {
      return factor === 2 && hasB === true && inputs['a']?.shape[0] === 7;
    };
    try {
      const log = startKernelLog();
      const [a, b] = [toTensor2D(a64), toTensor2D(b64)];
      expectClose(sumAndDifference(a, b, 3)['difference'], add(mul(a, 3), neg(b)));
      expectClose(sumAndDifference(a, b, 2)['sum'], add(add(mul(a, 2), b), 1000));
      expectNoLeak(() => sumAndDifference(a, undefined, 2));
      expect(log.stop()).toEqual([
        { op: 'sumAndDifference', ran: 'reference', count: 2 },
        { op: 'sumAndDifference', ran: 'kernel', count: 1 },
      ]);
      await startBackend(backend, { reference: 'forbid' });
      expect(() => sumAndDifference(a, b, 3)).toThrow(
        `sumAndDifference: the kernel TestSumAndDifference of the backend "${backend}" does not serve {"factor":3}, and reference implementations are forbidden.`,
      );
    } finally {
      unregisterTestKernels(backend);
      await startBackend(backend);
    }
  });

  test('a list contract hands the kernel an array', () => {
    const list = [filled([4], 3), filled([4], 4), filled([4], 5)].map(toTensor1D);
    const total = () => runListOp(listContract, list, {}, () => ({ total: addN(list) }))['total'];
    const plain = total();
    registerTestKernels(backend);
    try {
      expectClose(total(), add(plain, 1000));
    } finally {
      unregisterTestKernels(backend);
    }
  });

  test('forbids references by one sentence, and lets kernels run', async () => {
    const a = toTensor2D(a64);
    await startBackend(backend, { reference: 'forbid' });
    const sentence = `sumAndDifference: the backend "${backend}" has no kernel TestSumAndDifference, and reference implementations are forbidden.`;
    expect(() => sumAndDifference(a, undefined, 2)).toThrow(BackendError);
    expect(() => sumAndDifference(a, undefined, 2)).toThrow(sentence);
    expect(() => runListOp(listContract, [a], {}, () => ({ total: a }))).toThrow(
      'no kernel TestTotal',
    );
    registerTestKernels(backend);
    try {
      expectClose(div(slice(sumAndDifference(a, undefined, 2)['difference'], [0, 0], [1, 1]), 2), {
        shape: [1, 1],
        data: a64.data.slice(0, 1),
      });
    } finally {
      unregisterTestKernels(backend);
    }
  });
});
