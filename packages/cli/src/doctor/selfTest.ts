import { BackendError } from '@bnrnn/core';
import { lstmScan } from '@bnrnn/tensor-backend';
import {
  dispose,
  grads,
  mul,
  sum,
  tensor,
  tidy,
  type Scalar,
  type Tensor,
  type Tensor2D,
  type Tensor3D,
} from '@tensorflow/tfjs-core';

const [time, batch, units] = [3, 2, 2];

/** Central differences in float64 of the same LSTM written as plain loops; test: selfTest.test.ts. */
export const knownLoss = 0.021068796137608377;
export const knownGradients = {
  recurrent: [
    -0.0045753887, -0.00076282082, 0.0047447982, 0.0027779621, -0.02216172, -0.031051102,
    0.0061103354, 0.0077941118, -0.0059349152, -0.0025949688, -0.00017893653, -0.0050345959,
    0.0093337011, -0.0048844388, -0.014168019, -0.0068916638,
  ],
  cell0: [-0.071759788, -0.054996211, 0.023502269, 0.069549903],
};

/** Distinct values without symmetry: 0.6·sin(1 + 0.7·i + start). */
export function wave(length: number, start: number): number[] {
  return Array.from({ length }, (_, i) => 0.6 * Math.sin(1 + 0.7 * i + start));
}

/**
 * Compares the loss and the gradients of a tiny LSTM on the active backend with known values.
 *
 * @returns the largest difference, as a share of the largest known value.
 * @throws (rejects) BackendError when it is above 1e-4.
 */
export async function selfTest(): Promise<number> {
  const wide = 4 * units;
  const weights = wave(time * batch * units, 4);
  const measured = tidy(() => {
    const loss = (projected: Tensor, recurrent: Tensor, hidden0: Tensor, cell0: Tensor): Scalar => {
      const { hidden } = lstmScan({
        projected: projected as Tensor3D,
        recurrent: recurrent as Tensor2D,
        hidden0: hidden0 as Tensor2D,
        cell0: cell0 as Tensor2D,
      });
      return sum(mul(hidden, tensor(weights, [time, batch, units])));
    };
    const inputs = [
      tensor(wave(time * batch * wide, 0), [time, batch, wide]),
      tensor(wave(units * wide, 1), [units, wide]),
      tensor(wave(batch * units, 2), [batch, units]),
      tensor(wave(batch * units, 3), [batch, units]),
    ];
    const [projected, recurrent, hidden0, cell0] = inputs as [Tensor, Tensor, Tensor, Tensor];
    const gradients = grads(loss)(inputs);
    return {
      loss: loss(projected, recurrent, hidden0, cell0),
      recurrent: gradients[1] as Tensor,
      cell0: gradients[3] as Tensor,
    };
  });
  const worst = Math.max(
    difference(await measured.loss.data(), [knownLoss]),
    difference(await measured.recurrent.data(), knownGradients.recurrent),
    difference(await measured.cell0.data(), knownGradients.cell0),
  );
  dispose(measured);
  // NaN is no number below the bound either.
  if (!(worst <= 1e-4)) {
    throw new BackendError(
      `the gradient of a tiny LSTM is off by ${worst.toExponential(1)} of its largest value.`,
    );
  }
  return worst;
}

function difference(measured: ArrayLike<number>, known: readonly number[]): number {
  const largest = Math.max(...known.map(Math.abs));
  const errors = known.map((value, i) => Math.abs((measured[i] ?? NaN) - value) / largest);
  return errors.reduce((a, b) => (b <= a ? a : b), 0);
}
