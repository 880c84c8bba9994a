import { startBackend } from '@bnrnn/tensor-backend';
import { describe, expect, it } from 'vitest';
import { knownGradients, knownLoss, selfTest, wave } from './selfTest';

const [time, batch, units] = [3, 2, 2];

/** The same LSTM in float64, a second time and as plainly as possible. */
function lossOf(recurrent: ArrayLike<number>, cell0: ArrayLike<number>): number {
  const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
  const projected = wave(time * batch * 4 * units, 0);
  const weights = wave(time * batch * units, 4);
  let hidden = wave(batch * units, 2);
  let cell = Array.from(cell0);
  let loss = 0;
  for (let t = 0; t < time; t++) {
    const [before, nextHidden, nextCell] = [hidden, [...hidden], [...cell]];
    for (let b = 0; b < batch; b++) {
      for (let u = 0; u < units; u++) {
        const gate = (k: number) => {
          const column = k * units + u;
          let sum = projected[(t * batch + b) * 4 * units + column]!;
          for (let j = 0; j < units; j++)
            sum += before[b * units + j]! * recurrent[j * 4 * units + column]!;
          return sum;
        };
        const at = b * units + u;
        const c = sigmoid(gate(1)) * cell[at]! + sigmoid(gate(0)) * Math.tanh(gate(2));
        nextCell[at] = c;
        nextHidden[at] = sigmoid(gate(3)) * Math.tanh(c);
        loss += weights[(t * batch + b) * units + u]! * nextHidden[at];
      }
    }
    hidden = nextHidden;
    cell = nextCell;
  }
  return loss;
}

describe('selfTest', () => {
  const recurrent = Float64Array.from(wave(units * 4 * units, 1));
  const cell0 = Float64Array.from(wave(batch * units, 3));

  it('knows what float64 gives', () => {
    expect(lossOf(recurrent, cell0)).toBeCloseTo(knownLoss, 12);
    const step = 1e-5;
    const differences = (values: Float64Array, at: (changed: Float64Array) => number) =>
      Array.from(values, (value, i) => {
        const near = (shift: number) => at(values.map((old, j) => (j === i ? value + shift : old)));
        return (near(step) - near(-step)) / (2 * step);
      });
    differences(recurrent, (changed) => lossOf(changed, cell0)).forEach((value, i) => {
      expect(value).toBeCloseTo(knownGradients.recurrent[i]!, 8);
    });
    differences(cell0, (changed) => lossOf(recurrent, changed)).forEach((value, i) => {
      expect(value).toBeCloseTo(knownGradients.cell0[i]!, 8);
    });
  });

  it('passes on cpu', async () => {
    await startBackend('cpu');
    expect(await selfTest()).toBeLessThan(1e-5);
  });
});
