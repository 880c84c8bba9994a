import { env, tensor1d, version_core } from '@tensorflow/tfjs-core';
import { activate } from './activate';
import type { Backend } from './backend';
import { found, missing } from './optionalPackage';
import { expectPackage, probePackage } from './probePackage';

const packageName = '@tensorflow/tfjs-backend-cpu';

const load = () => import('@tensorflow/tfjs-backend-cpu').then(found, missing(packageName));

/** tfjs's plain JavaScript: slow, exact, everywhere. */
export const cpuBackend: Backend = {
  name: 'cpu',
  async probe() {
    return probePackage(packageName, await load(), (module) => ({
      available: true,
      details: `plain JavaScript, one thread (tfjs ${module.version_cpu})`,
    }));
  },
  async start() {
    const module = expectPackage('cpu', packageName, await load());
    await activate('cpu');
    useQuietly();
    return {
      name: 'cpu',
      device: 'CPU',
      threads: 1,
      blas: null,
      versions: { '@tensorflow/tfjs-core': version_core, [packageName]: module.version_cpu },
    };
  },
};

/** The first use of tfjs's cpu backend in Node prints an advertisement; a library prints nothing. */
function useQuietly(): void {
  const before = env().getBool('PROD');
  env().set('PROD', true);
  tensor1d([0]).dispose();
  env().set('PROD', before);
}
