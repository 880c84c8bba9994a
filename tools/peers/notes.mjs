/** What a reader of the tables must know; the forms that were tried and not taken stand in README.md. */
export const notes = [
  'The work of a row: embedding, two LSTM layers, softmax cross entropy over 10,000 types summed over time and averaged over the batch, gradient, clipping by the global norm, SGD at rate 1, state carried, the loss read. Medium and large with dropout. Tokens are uniformly random. Recipe `authors-code`.',
  'Speech (`wsj-birnn`): five bidirectional LSTM layers of 250, 69 inputs, 3,546 classes, all utterances of one length, cross entropy over frames, momentum 0.9, no clipping.',
  'Warm-up steps come first and are not counted: three, and as many as two seconds hold; compilation falls into them.',
  'The Python libraries are started with glibc told to keep freed memory and to use huge pages (`GLIBC_TUNABLES`, see contestants.mjs), which is what PyTorch’s tuning guide wants of another allocator; the row “as it comes” is without.',
  'PyTorch: `torch.set_num_threads`, inter-op 1, `nn.LSTM` (its second bias held at zero), `clip_grad_norm_`, `SGD(foreach=True)`. Normalized: the projection of all steps as one product, then a loop over time with `nn.BatchNorm1d` and a cell. Compiled: `torch.compile(model, dynamic=False)`.',
  'PyTorch, speech: `pack_padded_sequence`; normalized: `nn.BatchNorm1d` over the packed rows and a loop over time. “Not packed” is what utterances of one length allow and a batch with padding does not.',
  'JAX: one jitted step, projection outside `lax.scan`, everything that is replaced donated, `rbg` keys for dropout; threads follow from the cores the process is held to.',
  'TensorFlow: Keras’s LSTM with `unroll=True` in a `tf.function`, intra-op threads as given, inter-op 1; with XLA (`jit_compile=True`) it was slower. Normalized: `tf.nn.moments` and a cell loop.',
  'tfjs’s own layers: `tf.layers.lstm`, `variableGrads`, `tf.train.sgd` on its wasm backend, which has one thread in Node; we give that backend the kernel it lacks to train an embedding (tfjs-layers/segmentSum.mjs). The row of bnrnn on that backend is our own step. One round of a few steps, for the layers after one step of warm-up.',
];
