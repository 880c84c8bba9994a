import type { NormalizerSpec } from '@bnrnn/normalization';
import type { BidirectionalSpec, GruSpec, LstmSpec, RnnSpec } from '@bnrnn/recurrent';
import { array64, axis, map64, oracle, reshape64, type Array64 } from '@bnrnn/test-utils';
import type { Arrays } from './layerRig';

interface RunOptions {
  readonly lengths?: oracle.RowLengths;
  readonly mode: 'batch' | 'stored';
  readonly statistics: Record<string, oracle.NamedArrays>;
  /** Where the first call of each normalizer leaves the x at which later ones take constants of the gradient. */
  readonly constantsAt?: Map<string, Array64>;
}

export interface OracleResult {
  readonly hidden: Array64;
  readonly state: readonly Array64[];
}

type LayerOptions = RunOptions & {
  path: string;
  state: readonly Array64[];
  reverse?: boolean;
};

/** A layer of one direction in float64, reading weights by path from `arrays`. */
export function oracleLayer(
  spec: LstmSpec | RnnSpec | GruSpec,
  arrays: Arrays,
  options: LayerOptions,
): OracleResult {
  const { hidden, state } = oracleScan(spec, arrays, options);
  const upward = sequenceNormalizer(
    spec.normalize.hiddenToOutput,
    `${options.path}.hiddenToOutput`,
    arrays,
    options,
  );
  return { hidden: upward?.(hidden, options.lengths) ?? hidden, state };
}

function oracleScan(
  spec: LstmSpec | RnnSpec | GruSpec,
  arrays: Arrays,
  options: LayerOptions,
): OracleResult {
  const { path, lengths, reverse, state } = options;
  const at = (name: string): Array64 | undefined => arrays[`${path}.${name}`];
  const peepholes = at('peepholes');
  const onWeights = (placement: 'inputToHidden' | 'hiddenToHidden') => {
    const own = ownOracle(spec.normalize[placement]);
    return own !== undefined && 'mapWeights' in own ? own : undefined;
  };
  const mapped = (placement: 'inputToHidden' | 'hiddenToHidden', weights: Array64): Array64 => {
    const place = `${path}.${placement}`;
    const { statistics } = options;
    const own = parametersAt(place, arrays);
    return onWeights(placement)?.mapWeights(weights, own, statistics[place] ?? {}) ?? weights;
  };
  const withOffset = (bias: Array64 | undefined): Array64 | undefined => {
    const kept = options.statistics[`${path}.inputToHidden`] ?? {};
    const offset = onWeights('inputToHidden')?.mapOffset?.(at('input') as Array64, kept);
    return bias && offset ? map64(bias, (value, f) => value + offset.data[f]!) : bias;
  };
  const common = {
    x: arrays['x'] as Array64,
    weights: {
      input: mapped('inputToHidden', at('input') as Array64),
      recurrent: mapped('hiddenToHidden', at('recurrent') as Array64),
      bias: withOffset(at('bias')),
      recurrentBias: at('recurrentBias'),
      peepholes: peepholes === undefined ? undefined : threeRows(peepholes),
    },
    hidden0: state[0],
    lengths,
    reverse,
  };
  const step = (placement: 'hiddenToHidden' | 'preActivation' | 'cell') =>
    stepNormalizer(spec.normalize[placement], `${path}.${placement}`, arrays, options);
  const inputToHidden = sequenceNormalizer(
    spec.normalize.inputToHidden,
    `${path}.inputToHidden`,
    arrays,
    options,
  );
  const inside = { hiddenToHidden: step('hiddenToHidden'), preActivation: step('preActivation') };
  if (spec.kind === 'lstm') {
    const { hidden, finalHidden, finalCell } = oracle.lstmLayer({
      ...common,
      cell0: state[1],
      normalize: { inputToHidden, ...inside, cell: step('cell') },
    });
    return { hidden, state: [finalHidden, finalCell] };
  }
  if (spec.kind === 'rnn') {
    const { hidden, finalHidden } = oracle.rnnLayer({
      ...common,
      activation: spec.activation,
      normalize: { inputToHidden, ...inside },
    });
    return { hidden, state: [finalHidden] };
  }
  const { hidden, finalHidden } = oracle.gruLayer({
    ...common,
    normalize: { inputToHidden, hiddenToHidden: inside.hiddenToHidden },
  });
  return { hidden, state: [finalHidden] };
}

/** A bidirectional layer with statistics per direction in float64. */
export function oracleBidirectional(
  { layer, merge }: BidirectionalSpec,
  arrays: Arrays,
  options: RunOptions & { path: string; state: readonly Array64[] },
): OracleResult {
  const half = options.state.length / 2;
  const [forward, backward] = (['forward', 'backward'] as const).map((direction, k) =>
    oracleLayer(layer, arrays, {
      ...options,
      path: `${options.path}.${direction}`,
      state: options.state.slice(k * half, (k + 1) * half),
      reverse: direction === 'backward',
    }),
  ) as [OracleResult, OracleResult];
  return {
    hidden: oracle.mergeDirections(forward.hidden, backward.hidden, merge),
    state: [...forward.state, ...backward.state],
  };
}

function threeRows(peepholes: Array64): Array64 {
  const [rows, units] = [axis(peepholes, 0), axis(peepholes, 1)];
  if (rows === 3) return peepholes;
  return array64([3, units], [...new Float64Array(2 * units), ...peepholes.data]);
}

/** A normalizer of all steps at once, in float64. */
export function sequenceNormalizer(
  of: NormalizerSpec | undefined,
  path: string,
  arrays: Arrays,
  { mode, statistics, constantsAt }: RunOptions,
): oracle.SequenceNormalizer | undefined {
  const own = ownOracle(of);
  if (own === undefined || !('normalize' in own)) return undefined;
  const parameters = parametersAt(path, arrays);
  return (x, lengths) =>
    own.normalize({
      ...{ x, parameters, mode, lengths, statistics: statistics[path] ?? {} },
      constantsAt: constantsOf(constantsAt, path, x),
    });
}

function stepNormalizer(
  of: NormalizerSpec | undefined,
  path: string,
  arrays: Arrays,
  { mode, statistics, constantsAt, reverse }: LayerOptions,
): oracle.StepNormalizer | undefined {
  const own = ownOracle(of);
  if (own === undefined || !('normalize' in own)) return undefined;
  const parameters = parametersAt(path, arrays);
  const time = axis(arrays['x'] as Array64, 0);
  return (x, step, lengths) => {
    const [batch, features] = [axis(x, 0), axis(x, 1)];
    const whole = reshape64(x, [1, batch, features]);
    // A reversed scan takes its first step at the last frame of the longest row.
    const last = Math.max(...(lengths ?? [time])) - 1;
    const y = own.normalize({
      ...{ x: whole, parameters, mode, statistics: statistics[path] ?? {} },
      firstStep: reverse === true ? Math.max(last - step, 0) : step,
      lengths: lengths?.map((length) => Number(step < length)),
      constantsAt: constantsOf(constantsAt, `${path} ${step}`, whole),
    });
    return reshape64(y, [batch, features]);
  };
}

const ownOracle = (spec: NormalizerSpec | undefined): oracle.StrategyOracle | undefined =>
  spec === undefined || spec.kind === 'none' ? undefined : oracle.strategyOracle(spec);

function parametersAt(path: string, arrays: Arrays): oracle.NamedArrays {
  const prefix = `${path}.`;
  return Object.fromEntries(
    Object.entries(arrays).flatMap(([name, array]) =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), array]] : [],
    ),
  );
}

function constantsOf(
  known: Map<string, Array64> | undefined,
  key: string,
  x: Array64,
): Array64 | undefined {
  if (known !== undefined && !known.has(key)) known.set(key, array64(x.shape, x.data));
  return known?.get(key);
}
