/** What every error of the bnrnn packages carries: one clear sentence and, where one is known, the fix. */
export interface ErrorOptionsWithHint extends ErrorOptions {
  /** What the reader can do about it, one sentence. */
  hint?: string;
}

/** The base of every error that the bnrnn packages throw on purpose. */
export class BnrnnError extends Error {
  /** What the reader can do about it, one sentence; undefined where the message says it all. */
  readonly hint: string | undefined;

  constructor(message: string, options: ErrorOptionsWithHint = {}) {
    super(message, options);
    this.name = new.target.name;
    this.hint = options.hint;
  }
}

/** A tensor or array whose sizes disagree with what a function needs. */
export class ShapeError extends BnrnnError {}

/** A setting, flag or option that cannot be used as given. The command line exits with 2. */
export class UsageError extends BnrnnError {}

/** A file or folder that is missing, truncated or not what was expected. */
export class DataError extends BnrnnError {}

/** A backend that cannot run here or lacks what was asked of it. */
export class BackendError extends BnrnnError {}
