import { describe } from 'vitest';
import { bfloatLibraryOf, hasBfloat } from '../src/blas/bfloatLibrary';
import { loadBlas } from '../src/blas/loadBlas';
import { processorHere } from '../src/blas/processor';
import { openKernels } from './openKernels';
import { testSoftmaxLayer } from './softmaxLayer';

const processor = processorHere();
const { memory, blas } = openKernels(bfloatLibraryOf(processor));
const isHere = blas !== null && processor.bfloat16 && hasBfloat(loadBlas(blas, memory).native);

describe.skipIf(!isHere)(`in bf16${isHere ? '' : ' (needs MKL or oneDNN, and bfloat16)'}`, () => {
  testSoftmaxLayer({
    ...{ precision: 'bf16', time: 190, second: [784, 1568] },
    ...{ ofNats: 2e-3, ofGradients: 4e-3 },
  });
});
