import { beforeAll, describe, expect, it } from 'vitest';
import { bnrnn, lastJson, newFolder } from './bnrnn';

const folder = newFolder();
const small = ['--set', 'model.units=12', '--set', 'data.batch=6', '--set', 'data.time=7'];

interface Parity {
  readonly backends: readonly { name: string }[];
  readonly worst: { parameter: string; step: number; difference: number };
  readonly steps: readonly {
    step: number;
    losses: [number, number];
    parameters: Record<string, number>;
  }[];
}

async function parity(...args: string[]): Promise<Parity> {
  const finished = await bnrnn(folder, 'parity', ...args, '--json');
  expect(finished.stderr.split('\n').filter((line) => line.startsWith('bnrnn: '))).toEqual([]);
  return lastJson(finished) as unknown as Parity;
}

describe('parity', () => {
  let available: string[] = [];

  beforeAll(async () => {
    const { backends } = lastJson(await bnrnn(folder, 'doctor', '--json'));
    available = (backends as { name: string; available: boolean }[])
      .filter((backend) => backend.available)
      .map(({ name }) => name);
  }, 120_000);

  it('every pair that runs here trains alike', { timeout: 300_000 }, async () => {
    expect(available.length).toBeGreaterThan(2);
    const pairs = available.flatMap((a, i) => available.slice(i + 1).map((b) => [a, b] as const));
    for (const [a, b] of pairs) {
      const plain = await parity(a, b, 'ptb-small-tiny', '--steps', '6', ...small);
      expect(plain.backends.map(({ name }) => name)).toEqual([a, b]);
      expect(plain.steps.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6]);
      expect(plain.steps[0]!.losses[0]).toBeGreaterThan(2);
      expect(plain.steps[5]!.losses[0]).not.toBe(plain.steps[0]!.losses[0]);
      expect(Object.keys(plain.steps[0]!.parameters).length).toBe(9);
      // Products add in another order on each backend.
      const { worst } = plain;
      expect(worst.difference, `${a} and ${b}: ${worst.parameter}`).toBeLessThan(2e-5);

      // Statistics of six rows magnify a difference from step to step, on every pair alike.
      const { steps } = await parity(a, b, 'ptb-small-bn-tiny', '--steps', '1', ...small);
      for (const difference of Object.values(steps[0]!.parameters)) {
        expect(difference).toBeLessThan(1e-5);
      }
    }
  });

  it('sees a difference where there is one', async () => {
    const { worst } = await parity('cpu', 'wasm', 'ptb-small-tiny', '--steps', '2', ...small);
    expect(worst.difference).toBeGreaterThan(0);
  });

  it('compares frame classifiers', async () => {
    const [a, b] = ['simd', 'node', 'cpu'].filter((name) => available.includes(name));
    const { steps, worst } = await parity(a!, b!, 'wsj-birnn-bn-tiny', '--steps', '2');
    expect(steps.length).toBe(2);
    expect(worst.difference).toBeLessThan(1e-3);
  });

  it('refuses one backend twice, and says why a backend cannot start', async () => {
    expect(await bnrnn(folder, 'parity', 'cpu', 'cpu', 'ptb-small-tiny')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('parity compares two backends, and both are cpu.') as string,
    });
    if (available.includes('node-gpu')) return;
    const { status, stderr } = await bnrnn(folder, 'parity', 'cpu', 'node-gpu', 'ptb-small-tiny');
    expect(status).toBe(1);
    expect(stderr).toMatch(/^bnrnn: The backend "node-gpu" cannot start: .*\nhint: \S/);
  });
});
