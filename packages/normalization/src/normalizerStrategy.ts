import type { InitOptions, Normalizer } from './normalizer';
import type { StrategySettings } from './strategySetting';

/** The settings of a specification as they came; nothing was checked but that it is an object. */
export type SpecFields = Readonly<Record<string, unknown>>;

/** A way to normalize by its name: it makes a normalizer of a specification. */
export interface NormalizerStrategy {
  /** The `kind` of its specifications; no other strategy may have it. */
  readonly kind: string;
  /**
   * The normalizer of a specification; its `spec` is plain JSON that gives the same normalizer again.
   *
   * @param where  named in front of a setting in an error.
   * @throws UsageError for a setting that is missing, unknown or out of range.
   */
  create(fields: SpecFields, where: string): Normalizer;
}

/** Shapes of tensors by name. */
export type ParameterShapes = Readonly<Record<string, readonly number[]>>;

/** A strategy of this package: it says what its specifications hold. */
export interface BuiltInStrategy extends NormalizerStrategy {
  /** By what names a run asks for it, and the fields that each decides; by its kind unless given. */
  readonly names?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** The other fields: some of `sharedSettings`, and settings of its own. */
  readonly settings: StrategySettings;
  /** The shapes of what its `init` makes to train; a gain and, where asked for, a shift unless given. */
  readonly parameterShapes?: (
    features: number,
    options: Pick<InitOptions, 'shift'>,
  ) => ParameterShapes;
  /** Settings worth a test of their own, beside each name with its values. */
  readonly examples?: readonly StrategyExample[];
}

/** Settings that the suites over all strategies run with, instead of the values under its first name. */
export interface StrategyExample {
  readonly settings: SpecFields;
  /** False where the backward pass has a rule of its own, which is no derivative; default true. */
  readonly derivative?: boolean;
}
