import { testSoftmaxLayer } from './softmaxLayer';

testSoftmaxLayer({
  ...{ precision: 'float32', time: 100, second: [736, 1472] },
  ...{ ofNats: 1e-6, ofGradients: 2e-6 },
});
