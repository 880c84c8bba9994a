import type { RecurrentSpec } from './cellShapes';
import {
  gruScan,
  insidePlacements,
  lstmScan,
  lstmScanPair,
  rnnScan,
  type LstmScanResult,
} from '@bnrnn/tensor-backend';
import {
  add,
  concat,
  zeros,
  type Rank,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
} from '@tensorflow/tfjs-core';
import { statisticsAt, trainedAt, weightsOf, withOffset } from './contextLookup';
import type { LayerContext, LayerResult } from './layer';
import { normalizedScan, type NormalizersInside } from './normalizedScan';
import {
  activationNormalizer,
  normalizesInside,
  type PlacementNormalizers,
} from './placedNormalizers';
import type { State } from './state';

/**
 * The recurrence of one direction over projected inputs: a plain scan, or the normalized one where
 * a normalizer stands inside.
 */
export function runCell(
  spec: RecurrentSpec,
  normalize: PlacementNormalizers,
  projected: Tensor3D,
  state: State,
  context: LayerContext,
  reverse: boolean,
): LayerResult {
  const shared = scanInputs(spec, normalize, projected, state, context);
  if (normalizesInside(normalize)) {
    const { hidden, finalHidden, finalCell, measured } = normalizedScan(
      { ...shared, ...(spec.kind === 'lstm' && lstmInputs(state, context)) },
      {
        lengths: context.lengths,
        cell: spec.kind,
        activation: spec.kind === 'rnn' ? spec.activation : 'tanh',
        mode: context.mode,
        reverse,
        firstStep: context.position ?? 0,
      },
      normalizersInside(normalize, context),
      context.ranks,
    );
    return {
      hidden,
      state: spec.kind === 'lstm' ? [finalHidden, finalCell] : [finalHidden],
      measured: Object.fromEntries(
        Object.entries(measured).map(([placement, each]) => [`${context.path}.${placement}`, each]),
      ),
    };
  }
  if (spec.kind === 'lstm') {
    const { hidden, finalHidden, finalCell } = lstmScan({
      ...shared,
      ...lstmInputs(state, context),
      reverse,
    });
    return { hidden, state: [finalHidden, finalCell], measured: {} };
  }
  const { hidden, finalHidden } =
    spec.kind === 'gru'
      ? gruScan({ ...shared, reverse })
      : rnnScan({ ...shared, reverse, activation: spec.activation });
  return { hidden, state: [finalHidden], measured: {} };
}

/**
 * The recurrences of a bidirectional layer, the second from the last step on: in one op for plain LSTMs, whose directions
 * a backend can run at the same time.
 */
export function runBothDirections(
  spec: RecurrentSpec,
  normalize: PlacementNormalizers,
  projected: readonly [Tensor3D, Tensor3D],
  states: readonly [State, State],
  contexts: readonly [LayerContext, LayerContext],
): [LayerResult, LayerResult] {
  if (spec.kind !== 'lstm' || normalizesInside(normalize)) {
    return [
      runCell(spec, normalize, projected[0], states[0], contexts[0], false),
      runCell(spec, normalize, projected[1], states[1], contexts[1], true),
    ];
  }
  const inputs = (k: 0 | 1) => ({
    ...scanInputs(spec, normalize, projected[k], states[k], contexts[k]),
    ...lstmInputs(states[k], contexts[k]),
  });
  const result = ({ hidden, finalHidden, finalCell }: LstmScanResult): LayerResult => ({
    hidden,
    state: [finalHidden, finalCell],
    measured: {},
  });
  const both = lstmScanPair({
    forward: inputs(0),
    backward: inputs(1),
    lengths: contexts[0].lengths,
  });
  return [result(both.forward), result(both.backward)];
}

/** The normalizers inside the recurrence, each with what it trains and its statistics. */
function normalizersInside(
  normalize: PlacementNormalizers,
  context: LayerContext,
): NormalizersInside {
  return Object.fromEntries(
    insidePlacements.flatMap((placement) => {
      const normalizer = activationNormalizer(placement, normalize);
      if (normalizer === undefined) return [];
      const path = `${context.path}.${placement}`;
      const parameters = trainedAt(path, context);
      return [[placement, { normalizer, parameters, statistics: statisticsAt(path, context) }]];
    }),
  );
}

/** What the scan of every kind of cell takes. */
function scanInputs(
  spec: RecurrentSpec,
  normalize: PlacementNormalizers,
  projected: Tensor3D,
  [hidden0]: State,
  context: LayerContext,
) {
  return {
    ...placeBiases(spec, normalize, projected, context),
    recurrent: weightsOf('hiddenToHidden', normalize.hiddenToHidden, context),
    hidden0: hidden0 as Tensor2D,
    lengths: context.lengths,
  };
}

/** What an LSTM's scan takes besides. */
function lstmInputs([, cell0]: State, { path, parameters }: LayerContext) {
  const peepholes = parameters.get(`${path}.peepholes`) as Tensor2D | undefined;
  return {
    cell0: cell0 as Tensor2D,
    ...(peepholes && { peepholes: threePeepholes(peepholes) }),
  };
}

/**
 * The addends of W·x and of h·U. A lone bias goes to h·U where nothing stands between the two, because the
 * scan adds it on its way; otherwise it belongs to W·x.
 */
function placeBiases(
  spec: RecurrentSpec,
  normalize: PlacementNormalizers,
  projected: Tensor3D,
  context: LayerContext,
): { projected: Tensor3D; recurrentBias?: Tensor1D } {
  const { path, parameters } = context;
  const own = parameters.get(`${path}.bias`) as Tensor1D | undefined;
  const bias = own && withOffset(own, normalize.inputToHidden, context);
  const recurrentBias = parameters.get(`${path}.recurrentBias`) as Tensor1D | undefined;
  const isPlainSum = spec.kind !== 'gru' && !normalizesInside(normalize);
  if (bias !== undefined && recurrentBias === undefined && isPlainSum) {
    return { projected, recurrentBias: bias };
  }
  return {
    projected: bias === undefined ? projected : add(projected, bias),
    ...(recurrentBias && { recurrentBias }),
  };
}

/** Peepholes of the output gate alone get zeros for the other two. */
function threePeepholes(peepholes: Tensor2D): Tensor2D {
  const [rows, units] = peepholes.shape;
  return rows === 3 ? peepholes : concat([zeros<Rank.R2>([2, units]), peepholes]);
}
