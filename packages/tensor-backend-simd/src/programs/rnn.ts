import { program } from '../threads/program';
import { hiddenProducts, ownUnits, stateGradient } from './recurrentProduct';
import { scanSteps } from './scanSteps';
import { biasGradient, recurrentGradient } from './weightGradients';

/** The vanilla scan; arguments as in `lstmForward`. `rectify`: relu, else tanh; `products` [B, H] is scratch. */
export const rnnForward = program(
  [
    'time batch units reverse rectify',
    'projected recurrent bias hidden0 lengths',
    'hidden states products panels',
  ],
  (thread, scan) => {
    const { batch, units, lengths, rectify, projected, bias, hidden0, hidden, states, products } =
      scan;
    const [start, end] = ownUnits(thread, units);
    const multiplyHidden = hiddenProducts(thread, scan, 1);
    for (const { at, time, before } of scanSteps(scan)) {
      const hiddenBefore = before(states, hidden0);
      multiplyHidden(hiddenBefore, products);
      thread.kernels.rnnForward(
        ...([projected + at, bias, hiddenBefore, products, hidden + at, states + at] as const),
        ...([lengths, time, rectify, batch, units, start, end] as const),
      );
      thread.barrier();
    }
  },
);

/** Its gradient; arguments as in `lstmBackward`. */
export const rnnBackward = program(
  [
    'time batch units reverse rectify',
    'recurrent hidden0 lengths states',
    'dHidden dState dProjected dRecurrent dBias panels',
  ],
  (thread, scan) => {
    const { batch, units, lengths, rectify, states, dHidden, dState, dProjected } = scan;
    const [start, end] = ownUnits(thread, units);
    const addStateGradient = stateGradient(thread, scan, 1);
    for (const { at, time } of scanSteps(scan).reverse()) {
      const dZ = dProjected + at;
      thread.kernels.rnnBackward(
        ...([states + at, dHidden + at, dState, dZ] as const),
        ...([lengths, time, rectify, batch, units, start, end] as const),
      );
      thread.barrier();
      addStateGradient(dZ, dState);
    }
    recurrentGradient(thread, scan, 1, dProjected);
    biasGradient(thread, scan, 1, dProjected);
  },
);
