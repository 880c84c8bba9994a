import type { Tensor } from '@tensorflow/tfjs-core';

/**
 * What a model carries from one window to the next: hidden states and cells, float32
 * [batch, units] each, layer after layer. A value: it comes in and a new one goes out,
 * and whoever holds one disposes it.
 */
export type State = readonly Tensor[];
