import { simdBackend } from '@bnrnn/tensor-backend-simd';
import { describe, expect, it } from 'vitest';
import { bnrnn, lastJson, newFolder, readJsonFile } from './bnrnn';

const { available } = await simdBackend.probe({ precision: 'bf16x3' });
const needs = available ? '' : ' (needs MKL or oneDNN and a processor with bfloat16)';

describe.skipIf(!available)(`--precision${needs}`, () => {
  it('stands in result and configuration, is kept on resume, and is not changed', async () => {
    const folder = newFolder();
    const common = ['--data', 'synthetic', '--threads', '2', '--json'];
    const train = (out: string, ...more: string[]) =>
      bnrnn(folder, ...['train', 'ptb-small-tiny', ...common, '--out', out, ...more]);

    const whole = lastJson(await train('whole', '--precision', 'bf16x3', '--max-steps', '20'));
    expect(whole).toMatchObject({ precision: 'bf16x3', steps: 20 });
    expect(readJsonFile(folder, 'whole', 'config.json')['precision']).toBe('bf16x3');
    expect(readJsonFile(folder, 'whole', 'result.json')['precision']).toBe('bf16x3');

    await train('parts', '--precision', 'bf16x3', '--max-steps', '10');
    const refused = await train('parts', '--resume', '--precision', 'bf16', '--max-steps', '20');
    expect(refused.status).toBe(2);
    expect(refused.stderr).toContain('--resume: precision is bf16x3 in the run and bf16 here');
    const resumed = lastJson(await train('parts', '--resume', '--max-steps', '20'));
    expect(resumed).toMatchObject({ precision: 'bf16x3', steps: 20, lastLoss: whole['lastLoss'] });

    const float32 = lastJson(await train('float32', '--max-steps', '20'));
    const bf16 = lastJson(await train('bf16', '--precision', 'bf16', '--max-steps', '20'));
    expect([float32['precision'], bf16['precision']]).toEqual(['float32', 'bf16']);
    const [exact, near, rough] = [float32, whole, bf16].map(({ lastLoss }) => lastLoss as number);
    expect(Math.abs(near! / exact! - 1)).toBeLessThan(1e-6);
    expect(rough).not.toBe(exact);
    expect(Math.abs(rough! / exact! - 1)).toBeLessThan(1e-3);
  }, 300_000);
});

it('a backend that has float32 alone says so', async () => {
  const args = ['bench', 'ptb-small-tiny', '--backend', 'cpu', '--precision', 'bf16'];
  const refused = await bnrnn(newFolder(), ...args, '--steps', '1');
  expect(refused.status).toBe(2);
  expect(refused.stderr).toContain('The backend cpu has no precision bf16.');
});
