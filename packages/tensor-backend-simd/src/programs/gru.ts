import { program } from '../threads/program';
import { hiddenProducts, ownUnits, stateGradient } from './recurrentProduct';
import { scanSteps } from './scanSteps';
import { biasGradient, recurrentGradient } from './weightGradients';

/**
 * The GRU scan; arguments as in `lstmForward`. `gates` [T, B, 3H] and `candidates` [T, B, H] are kept for the
 * gradient.
 */
export const gruForward = program(
  [
    'time batch units reverse',
    'projected recurrent bias hidden0 lengths',
    'gates candidates hidden states panels',
  ],
  (thread, scan) => {
    const { batch, units, lengths, projected, bias, hidden0, gates, candidates, hidden, states } =
      scan;
    const [start, end] = ownUnits(thread, units);
    const multiplyHidden = hiddenProducts(thread, scan, 3);
    for (const { at, time, before } of scanSteps(scan)) {
      const hiddenBefore = before(states, hidden0);
      const z = gates + at * 3;
      multiplyHidden(hiddenBefore, z);
      thread.kernels.gruForward(
        ...([projected + at * 3, z, bias, hiddenBefore] as const),
        ...([
          candidates + at,
          hidden + at,
          states + at,
          lengths,
          time,
          batch,
          units,
          start,
          end,
        ] as const),
      );
      thread.barrier();
    }
  },
);

/** Its gradient; arguments as in `lstmBackward`. The gradient of h·U overwrites the gates. */
export const gruBackward = program(
  [
    'time batch units reverse',
    'recurrent hidden0 lengths gates candidates states',
    'dHidden dState dProjected dRecurrent dBias panels',
  ],
  (thread, scan) => {
    const {
      batch,
      units,
      lengths,
      hidden0,
      gates,
      candidates,
      states,
      dHidden,
      dState,
      dProjected,
    } = scan;
    const [start, end] = ownUnits(thread, units);
    const addStateGradient = stateGradient(thread, scan, 3);
    for (const { at, time, before } of scanSteps(scan).reverse()) {
      const z = gates + at * 3;
      thread.kernels.gruBackward(
        ...([z, candidates + at, before(states, hidden0)] as const),
        ...([dHidden + at, dState, dProjected + at * 3] as const),
        ...([lengths, time, batch, units, start, end] as const),
      );
      thread.barrier();
      addStateGradient(z, dState);
    }
    recurrentGradient(thread, scan, 3, gates);
    biasGradient(thread, scan, 3, gates);
  },
);
