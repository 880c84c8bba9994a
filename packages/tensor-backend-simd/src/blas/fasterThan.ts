import { homedir } from 'node:os';
import type { BackendProbe } from '@bnrnn/tensor-backend';
import { ownPrefix } from './places';
import { processorHere, type Processor } from './processor';

/** What is known of the system. */
interface System {
  readonly platform: NodeJS.Platform;
  readonly arch: NodeJS.Architecture;
  readonly processor: Processor;
  /** The folder that MKL would be installed into. */
  readonly prefix: string;
}

/**
 * What would multiply faster on this machine than a library does, and the command that brings it.
 *
 * @param blas  the library's name; undefined for our own product.
 */
export function fasterThan(
  blas: string | undefined,
  { platform, arch, processor, prefix }: System = systemHere(),
): Pick<BackendProbe, 'faster'> {
  if (platform === 'linux' && arch === 'x64' && processor.maker === 'intel' && blas !== 'mkl') {
    const lower = processor.bfloat16 ? ', and it alone has the precisions bf16x3 and bf16' : '';
    return {
      faster: {
        what: `MKL would multiply faster on this processor${lower}.`,
        command: `python3 -m pip install --prefix ${prefix} mkl`,
      },
    };
  }
  if (blas !== undefined) return {};
  const command =
    platform === 'linux'
      ? 'apt-get install -y libopenblas0'
      : platform === 'win32'
        ? 'conda install openblas'
        : 'brew install openblas';
  return { faster: { what: 'OpenBLAS would multiply about twice as fast.', command } };
}

function systemHere(): System {
  const { platform, arch } = process;
  return { platform, arch, processor: processorHere(), prefix: ownPrefix(process.env, homedir()) };
}
