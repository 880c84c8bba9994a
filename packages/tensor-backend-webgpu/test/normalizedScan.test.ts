import { startBackend, startKernelLog } from '@bnrnn/tensor-backend';
import { webgpuBackend } from '@bnrnn/tensor-backend-webgpu';
import { expectClose, readWebgpuSynchronously } from '@bnrnn/test-utils';
import { describe, expect, test } from 'vitest';
import { normalizedScans, runNormalizedScan } from '../../recurrent/test/normalizedScans';

const { available } = await webgpuBackend.probe();
const backend = readWebgpuSynchronously(webgpuBackend);

/** A workgroup owns whole rows or whole columns: no kernel has both kinds of normalizers inside. */
const mixed = ['h·U by layer, cell by frame'];

describe.skipIf(!available)('normalizers inside the recurrence run on the kernel', () => {
  test.each(normalizedScans.filter(({ name }) => !mixed.includes(name)))(
    'and agree with plain JavaScript: $name',
    async (one) => {
      await startBackend('cpu');
      const expected = runNormalizedScan(one);
      await startBackend(backend, { fallback: 'forbid' });
      const log = startKernelLog();
      const actual = runNormalizedScan(one);
      const ran = log.stop();
      expect(ran).toContainEqual(expect.objectContaining({ op: 'scan', ran: 'kernel' }));
      expect([...actual.keys()]).toEqual([...expected.keys()]);
      for (const [label, wanted] of expected) {
        expectClose(actual.get(label)!, wanted, { rtol: 5e-5, label });
      }
    },
  );

  test.each(normalizedScans.filter(({ name }) => mixed.includes(name)))(
    'but for both kinds at once, which are refused: $name',
    async (one) => {
      await startBackend(backend, { fallback: 'forbid' });
      expect(() => runNormalizedScan(one)).toThrow(
        /the kernel of the backend "webgpu" does not serve/,
      );
    },
  );
});
