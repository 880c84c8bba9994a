/** Which of tfjs's two TensorFlow packages a backend loads. */
export type TfjsNodePackage = '@tensorflow/tfjs-node' | '@tensorflow/tfjs-node-gpu';

/**
 * What we use of `@tensorflow/tfjs-node` and `-node-gpu`. Declared here because neither may stand in
 * the lock file: their install scripts download native libraries.
 */
export interface TfjsNode {
  readonly version: Readonly<Record<string, string>>;
  backend(): TensorflowBackend;
}

/** The tfjs backend that the packages register under the name `tensorflow`. */
interface TensorflowBackend {
  readonly isUsingGpuDevice: boolean;
  readonly binding: { readonly TF_Version: string };
}
