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

/** A library that a user may not have, and the command that brings it. */
interface Offer {
  readonly title: string;
  readonly command: string;
}

/** How to get the libraries that have bfloat16. */
export function offerOf(name: 'mkl' | 'onednn', { prefix } = systemHere()): Offer {
  return name === 'mkl'
    ? { title: 'MKL', command: `python3 -m pip install --prefix ${prefix} mkl` }
    : { title: 'oneDNN', command: 'apt-get install -y libdnnl-dev' };
}

/**
 * What would multiply faster on this machine than a library does, and the command that brings it.
 *
 * @param blas  the library's name; undefined for our own product.
 */
export function fasterThan(
  blas: string | undefined,
  system: System = systemHere(),
): Pick<BackendProbe, 'faster'> {
  const { platform, arch, processor } = system;
  if (platform === 'linux' && arch === 'x64' && processor.maker === 'intel' && blas !== 'mkl') {
    const lower = processor.bfloat16 ? ', with the precisions bf16x3 and bf16 too' : '';
    const { title, command } = offerOf('mkl', system);
    return {
      faster: { what: `${title} would multiply faster on this processor${lower}.`, command },
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
