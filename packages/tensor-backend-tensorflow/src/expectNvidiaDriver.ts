import { existsSync } from 'node:fs';
import type { Found } from './problem';

/** Where Linux shows that an NVIDIA driver is loaded: its control device, or WSL's. */
const devices = ['/dev/nvidiactl', '/dev/dxg'];

/** Whether an NVIDIA driver is loaded; on other systems than Linux TensorFlow itself must tell. */
export function expectNvidiaDriver(files: readonly string[] = devices): Found<true> {
  if (process.platform !== 'linux' || files.some((file) => existsSync(file)))
    return { value: true };
  return {
    problem: {
      reason: `This machine shows no NVIDIA GPU: no driver is loaded (${files[0] ?? ''} is not there).`,
      fix: 'On a machine with an NVIDIA GPU install its driver until `nvidia-smi` lists the GPU, then follow docs/backends.md.',
      absent: true,
    },
  };
}
