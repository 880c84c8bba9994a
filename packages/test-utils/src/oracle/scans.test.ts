import { expect, test } from 'vitest';

import { array64, at, axis, put, type Array64 } from '../array64';
import { centralDifferences } from '../centralDifferences';
import { expectClose } from '../expectClose';
import { filled } from '../filled';
import { weightedSum } from '../weightedSum';
import { setStep, stepOf } from './arithmetic';
import { gruScan } from './gruScan';
import { lstmScan } from './lstmScan';
import { bidirectional } from './mergeDirections';
import { rnnScan } from './rnnScan';

const [T, B, H] = [7, 3, 5];
const exact = { rtol: 0 };

/** The time axis turned round. */
function turned(x: Array64): Array64 {
  const y = array64(x.shape);
  for (let t = 0; t < axis(x, 0); t++) setStep(y, t, stepOf(x, axis(x, 0) - 1 - t));
  return y;
}

function lstmInputs() {
  return {
    projected: filled([T, B, 4 * H], 1),
    recurrent: filled([H, 4 * H], 2),
    recurrentBias: filled([4 * H], 3),
    peepholes: filled([3, H], 4),
    hidden0: filled([B, H], 5),
    cell0: filled([B, H], 6),
  };
}

test('one LSTM step of one unit, computed by hand', () => {
  // z = [0.1, 0.2, 0.3, 0.4] + 0.5·[1, -1, 2, 0.5] + [0.01, 0.02, 0.03, 0.04], c = 0.25
  const result = lstmScan({
    projected: array64([1, 1, 4], [0.1, 0.2, 0.3, 0.4]),
    recurrent: array64([1, 4], [1, -1, 2, 0.5]),
    recurrentBias: array64([4], [0.01, 0.02, 0.03, 0.04]),
    peepholes: array64([3, 1], [0.4, -0.8, 1.2]),
    hidden0: array64([1, 1], [0.5]),
    cell0: array64([1, 1], [0.25]),
  });
  // i = σ(0.61 + 0.1), f = σ(-0.28 - 0.2), g = tanh(1.33), o = σ(0.69 + 1.2·c')
  expectClose(result.finalCell, [0.382252125 * 0.25 + 0.67040116 * 0.869249333], { rtol: 2e-8 });
  expectClose(result.hidden, [0.818165923 * 0.590418833], { rtol: 2e-8 });
  expectClose(result.finalHidden, result.hidden.data, exact);
});

test('one GRU step of one unit, computed by hand', () => {
  const result = gruScan({
    projected: array64([1, 1, 3], [0.1, 0.2, 0.3]),
    recurrent: array64([1, 3], [1, -1, 2]),
    recurrentBias: array64([3], [0.01, 0.02, 0.03]),
    hidden0: array64([1, 1], [0.5]),
  });
  // r = σ(0.61) = 0.647940, z = σ(-0.28) = 0.430454, n = tanh(0.3 + r·1.03) = tanh(0.967379)
  expectClose(result.hidden, [(1 - 0.430453776) * 0.747550259 + 0.430453776 * 0.5], { rtol: 2e-8 });
});

test('one vanilla step of two units, computed by hand', () => {
  const options = {
    projected: array64([1, 1, 2], [0.5, -3]),
    recurrent: array64([2, 2], [1, 2, 3, 4]),
    recurrentBias: array64([2], [0.25, -0.5]),
    hidden0: array64([1, 2], [0.1, 0.2]),
  };
  const tanh = rnnScan({ ...options, activation: 'tanh' });
  expectClose(tanh.hidden, [Math.tanh(1.45), Math.tanh(-2.5)], { rtol: 1e-15 });
  const relu = rnnScan({ ...options, activation: 'relu' });
  expectClose(relu.finalHidden, [1.45, 0], { rtol: 1e-15 });
});

test('reverse is the reverse of the scan of the reversed input', () => {
  const { projected, ...rest } = lstmInputs();
  const there = lstmScan({ ...rest, projected: turned(projected) });
  const back = lstmScan({ ...rest, projected, reverse: true });
  expectClose(back.hidden, turned(there.hidden), exact);
  expectClose(back.finalCell, there.finalCell, exact);
  expect(at(back.hidden, 0, 0, 0)).not.toBe(at(there.hidden, 0, 0, 0));
});

test('turning the input of a bidirectional layer swaps its directions and turns the output', () => {
  const { projected, ...rest } = lstmInputs();
  const run = (x: Array64) =>
    bidirectional((reverse) => lstmScan({ ...rest, projected: x, reverse }), 'sum');
  const there = run(projected);
  const back = run(turned(projected));
  expectClose(back.hidden, turned(there.hidden), { rtol: 1e-15 });
  expectClose(back.forward.finalCell, there.backward.finalCell, exact);
  expect(at(there.forward.finalCell, 0, 0)).not.toBe(at(there.backward.finalCell, 0, 0));
});

test('padding in either direction carries the state and its content is irrelevant', () => {
  const inputs = lstmInputs();
  const lengths = [7, 4, 1];
  const other = { ...inputs, projected: array64(inputs.projected.shape, inputs.projected.data) };
  lengths.forEach((length, b) => {
    for (let t = length; t < T; t++) put(other.projected, 1e6, t, b, 3);
  });
  for (const reverse of [false, true]) {
    const result = lstmScan({ ...inputs, lengths, reverse });
    expectClose(lstmScan({ ...other, lengths, reverse }).hidden, result.hidden, exact);
    lengths.forEach((length, b) => {
      const alone = lstmScan({
        ...inputs,
        projected: frames(inputs.projected, length, b),
        hidden0: array64([1, H], stepOf(inputs.hidden0, b).data),
        cell0: array64([1, H], stepOf(inputs.cell0, b).data),
        reverse,
      });
      expectClose(frames(result.hidden, length, b), alone.hidden, { rtol: 1e-14 });
      expectClose(stepOf(result.finalCell, b), stepOf(alone.finalCell, 0), { rtol: 1e-14 });
      for (let t = length; t < T; t++) expect(at(result.hidden, t, b, 2)).toBe(0);
    });
  }
});

test('a scan of the whole is the scan of its parts with the state carried', () => {
  const { projected, hidden0, ...rest } = {
    projected: filled([T, B, 3 * H], 1),
    recurrent: filled([H, 3 * H], 2),
    hidden0: filled([B, H], 5),
  };
  const whole = gruScan({ ...rest, projected, hidden0 });
  let state = hidden0;
  for (let t = 0; t < T; t++) {
    const step = {
      ...rest,
      hidden0: state,
      projected: array64([1, B, 3 * H], stepOf(projected, t).data),
    };
    state = gruScan(step).finalHidden;
    expectClose(state, stepOf(whole.hidden, t), exact);
  }
});

test('every input of the LSTM has a gradient by central differences', () => {
  const gradients = centralDifferences((inputs) => {
    const { hidden, finalHidden, finalCell } = lstmScan(inputs);
    return weightedSum(hidden, finalHidden, finalCell);
  }, lstmInputs());
  for (const gradient of Object.values(gradients)) {
    expect(gradient.data.filter((value) => Math.abs(value) < 1e-9)).toHaveLength(0);
  }
});

/** Column b of [T, B, F], its first `length` steps, as [length, 1, F]. */
function frames(x: Array64, length: number, b: number): Array64 {
  const y = array64([length, 1, axis(x, 2)]);
  for (let t = 0; t < length; t++) {
    for (let f = 0; f < axis(x, 2); f++) put(y, at(x, t, b, f), t, 0, f);
  }
  return y;
}
