import './start.mjs';
import '@tensorflow/tfjs-core/tests';
