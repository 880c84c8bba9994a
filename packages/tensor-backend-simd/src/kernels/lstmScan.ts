import { lstmScanOp } from '@bnrnn/tensor-backend';
import { opKernel } from './kernel';
import { prepareGradient, prepareScan, savedOfDirection } from './lstm';

/** The LSTM scan. */
export const lstmScan = opKernel(lstmScanOp, {
  run(backend, call) {
    const scan = prepareScan(backend, call);
    backend.pool.run('lstmForward', scan.given);
    return scan.finish();
  },
  saves: [...savedOfDirection, 'hidden'],
  gradient(backend, call) {
    const gradient = prepareGradient(backend, call);
    backend.pool.run('lstmBackward', gradient.given);
    return gradient.finish();
  },
});
