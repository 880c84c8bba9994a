import { expectNumber, expectShape, paddedLengths, UsageError, type Lengths } from '@bnrnn/core';
import {
  reshape,
  Tensor,
  tensor3d,
  where,
  zerosLike,
  type Rank,
  type Tensor3D,
} from '@tensorflow/tfjs-core';
import { checkInitializer } from '../initialize/checkInitializer';
import type { InitializerSpec } from '../initialize/initializer';
import type { Layer } from '../layers/layer';
import { assembleModel } from './assembleModel';
import type { SequenceModel } from './sequenceModel';

export interface FrameClassifierOptions {
  /** Width of a frame. */
  readonly features: number;
  /** From the bottom up. */
  readonly layers: readonly Layer[];
  readonly classes: number;
  readonly initializer: InitializerSpec;
  readonly seed: number;
}

/**
 * A classifier of each frame of padded utterances.
 *
 *   logits_t = layers(x)_t·W + b
 *
 * Padding is replaced by zeros before anything reads it, so that it may hold anything, NaN too.
 *
 * @throws UsageError for settings that cannot be.
 * @see docs/paper-map.md#speech.
 */
export function frameClassifier(options: FrameClassifierOptions): SequenceModel {
  const name = 'frameClassifier';
  const { features, layers, classes, initializer, seed } = options;
  expectNumber(`${name}: features`, features, { integer: true, min: 1 });
  expectNumber(`${name}: classes`, classes, { integer: true, min: 2 });
  expectNumber(`${name}: seed`, seed, { integer: true, min: 0 });
  checkInitializer(name, initializer);
  if (layers.length === 0) {
    throw new UsageError(`${name}: layers is empty, expected at least one.`);
  }

  return assembleModel({
    spec: { kind: name, features, layers: layers.map(({ spec }) => spec), classes, initializer },
    unit: 'frame',
    seed,
    initializer,
    layers,
    width: features,
    classes,
    dropout: 0,
    below: new Map(),
    read(caller, inputs) {
      if (!('features' in inputs)) {
        throw new UsageError(`${caller}: ids came, expected features and lengths.`);
      }
      const { features: x } = inputs;
      expectShape(caller, 'features', x, { time: null, batch: null, features });
      const [time, batch] = x.shape;
      const lengths = paddedLengths(caller, inputs.lengths, { time, batch });
      return lengths === undefined ? { x } : { x: withoutPadding(x, lengths), lengths };
    },
    rebuild: (others) => frameClassifier({ ...options, layers: others }),
    asWindow(frames) {
      if (!(frames instanceof Tensor)) {
        throw new UsageError(`${name}.step: ids came, expected a tensor of frames.`);
      }
      expectShape(`${name}.step`, 'frames', frames, { batch: null, features });
      const [batch] = frames.shape;
      return { features: reshape<Rank.R3>(frames, [1, batch, features]) };
    },
  });
}

/** Zeros in padded frames, whatever they held. */
function withoutPadding(x: Tensor3D, { time, each }: Lengths): Tensor3D {
  const real = Array.from({ length: time }, (_, t) => [...each].map((length) => t < length));
  return where(tensor3d(real.flat(), [time, each.length, 1], 'bool'), x, zerosLike(x));
}
