/** Before the tests are loaded: the backend, and what the union package of tfjs would register. */
import '@tensorflow/tfjs-core/register_all_gradients';
import '@tensorflow/tfjs-core/public/chained_ops/register_all_chained_ops';
import '@tensorflow/tfjs-backend-cpu';
import { setTestEnvs } from '@tensorflow/tfjs-core/jasmine_util';
import { simdBackend } from '@bnrnn/tensor-backend-simd';

const name = process.argv[2];
if (name === 'simd') await simdBackend.start({ threads: 2 });
setTestEnvs([{ name: 'test', backendName: name, flags: {}, isDataSync: true }]);
