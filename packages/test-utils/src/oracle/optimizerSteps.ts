import { map64, type Array64 } from '../array64';

/** The square root of the sum of squares over all elements of all arrays. */
export function globalNorm(gradients: readonly Array64[]): number {
  let squares = 0;
  for (const gradient of gradients) for (const g of gradient.data) squares += g * g;
  return Math.sqrt(squares);
}

export interface SgdStepOptions {
  variable: Array64;
  gradient: Array64;
  learningRate: number;
  scale?: number;
}

/** Plain gradient descent: v' = v − learningRate · scale · g. */
export function sgdStep({ variable, gradient, learningRate, scale = 1 }: SgdStepOptions): Array64 {
  return map64(variable, (v, i) => v - learningRate * scale * (gradient.data[i] as number));
}

export interface MomentumStepOptions extends SgdStepOptions {
  velocity: Array64;
  momentum: number;
}

/** Momentum: u' = momentum · u − learningRate · scale · g,  v' = v + u'. */
export function momentumStep(options: MomentumStepOptions): {
  variable: Array64;
  velocity: Array64;
} {
  const { gradient, learningRate, momentum, scale = 1 } = options;
  const velocity = map64(options.velocity, (u, i) => {
    return momentum * u - learningRate * scale * (gradient.data[i] as number);
  });
  const variable = map64(options.variable, (v, i) => v + (velocity.data[i] as number));
  return { variable, velocity };
}

export interface AdamStepOptions extends SgdStepOptions {
  firstMoment: Array64;
  secondMoment: Array64;
  beta1: number;
  beta2: number;
  epsilon: number;
  /** 1 at the first step. */
  step: number;
}

/**
 * Adam, with g scaled first.
 *
 *   m' = β1·m + (1 − β1)·g      n' = β2·n + (1 − β2)·g²
 *   v' = v − learningRate · (m' / (1 − β1^step)) / (sqrt(n' / (1 − β2^step)) + ε)
 *
 * @see Kingma, Ba 2015, algorithm 1.
 */
export function adamStep(options: AdamStepOptions): {
  variable: Array64;
  firstMoment: Array64;
  secondMoment: Array64;
} {
  const { learningRate, beta1, beta2, epsilon, step, scale = 1 } = options;
  const gradient = map64(options.gradient, (g) => scale * g);
  const firstMoment = map64(options.firstMoment, (m, i) => {
    return beta1 * m + (1 - beta1) * (gradient.data[i] as number);
  });
  const secondMoment = map64(options.secondMoment, (n, i) => {
    return beta2 * n + (1 - beta2) * (gradient.data[i] as number) ** 2;
  });
  const variable = map64(options.variable, (v, i) => {
    const m = (firstMoment.data[i] as number) / (1 - beta1 ** step);
    const n = (secondMoment.data[i] as number) / (1 - beta2 ** step);
    return v - (learningRate * m) / (Math.sqrt(n) + epsilon);
  });
  return { variable, firstMoment, secondMoment };
}
