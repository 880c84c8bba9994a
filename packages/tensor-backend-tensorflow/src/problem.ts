/** Why a backend cannot run: one sentence, and the command or change that helps. */
export interface Problem {
  readonly reason: string;
  readonly fix: string;
  /** Whether it was never there, as hardware or a package may be. */
  readonly absent?: boolean;
}

/** What was asked for, or why it cannot be had. */
export type Found<Value> =
  { readonly value: Value } | { readonly value?: undefined; readonly problem: Problem };

/** Builds tfjs-node's addon in a checkout of this project; docs/backends.md. */
const build = 'node tools/libtensorflow/build.mjs';

/** The commands that help, to be run in a checkout of this project. */
export const commands = {
  buildForCpu: `${build} --pip tensorflow-cpu==2.21.0`,
  buildForGpu: `python3 -m pip install "tensorflow[and-cuda]==2.21.0" && ${build} --python python3`,
} as const;
