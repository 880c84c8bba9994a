import type { BuiltInSpec, NormalizerSpec } from '@bnrnn/normalization';
import type { BidirectionalSpec, GruSpec, LstmSpec, RnnSpec } from '@bnrnn/recurrent';
import { array64, axis, map64, oracle, type Array64 } from '@bnrnn/test-utils';
import type { Arrays } from './layerRig';

interface RunOptions {
  readonly lengths?: oracle.RowLengths;
  readonly mode: 'batch' | 'stored';
  readonly statistics: Record<string, { mean: Array64; variance: Array64 }>;
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
  const common = {
    x: arrays['x'] as Array64,
    weights: {
      input: at('input') as Array64,
      recurrent: at('recurrent') as Array64,
      bias: at('bias'),
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
  const { hidden, finalHidden } = oracle.gruLayer({ ...common, normalize: { inputToHidden } });
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
  { mode, statistics }: RunOptions,
): oracle.SequenceNormalizer | undefined {
  // The oracle has formulas of the built-in strategies alone.
  const spec = of as BuiltInSpec | undefined;
  if (spec === undefined || spec.kind === 'none') return undefined;
  const gain = arrays[`${path}.gain`] as Array64;
  const shift = arrays[`${path}.shift`];
  if (spec.kind === 'layer') {
    return (x, lengths) => silenced(oracle.layerNormalize({ ...spec, x, gain, shift }), lengths);
  }
  if (mode === 'batch') {
    return (x, lengths) => oracle.batchNormalize({ ...spec, x, gain, shift, lengths }).y;
  }
  const { epsilon, epsilonRule } = spec;
  const stored = oracle.batchStep({
    gain,
    shift,
    epsilon,
    epsilonRule,
    stored: statistics[path],
    useStored: true,
  });
  return (x, lengths) => {
    const y = array64(x.shape);
    const size = axis(x, 1) * axis(x, 2);
    for (let t = 0; t < axis(x, 0); t++) {
      y.data.set(stored(oracle.stepOf(x, t), t, lengths).data, t * size);
    }
    return y;
  };
}

/** Zero where padded. */
function silenced(x: Array64, lengths: oracle.RowLengths): Array64 {
  const [batch, features] = [axis(x, 1), axis(x, 2)];
  return map64(x, (value, i) => {
    const row = Math.floor(i / features);
    return oracle.isPadded(lengths, Math.floor(row / batch), row % batch) ? 0 : value;
  });
}

function stepNormalizer(
  of: NormalizerSpec | undefined,
  path: string,
  arrays: Arrays,
  { mode, statistics }: RunOptions,
): oracle.StepNormalizer | undefined {
  // The oracle has formulas of the built-in strategies alone.
  const spec = of as BuiltInSpec | undefined;
  if (spec === undefined || spec.kind === 'none') return undefined;
  const gain = arrays[`${path}.gain`] as Array64;
  const shift = arrays[`${path}.shift`];
  if (spec.kind === 'layer') return oracle.layerStep({ ...spec, gain, shift });
  const { epsilon, epsilonRule } = spec;
  const useStored = mode === 'stored';
  const stored = statistics[path];
  return oracle.batchStep({ gain, shift, epsilon, epsilonRule, useStored, stored });
}
