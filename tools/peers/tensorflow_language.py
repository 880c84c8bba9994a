"""TensorFlow: the word language model with Keras's LSTM, or with a cell loop where W·x is normalized."""

import keras
import tensorflow as tf

VERSIONS = {"tensorflow": tf.__version__, "keras": keras.__version__}
EPSILON = 1e-6
DECAY = 0.9


class NormalizedLSTM(keras.layers.Layer):
    """One LSTM layer with batch normalization of W·x, as a user writes it.

    One product projects all time steps; each step is standardized over the batch; then a loop of cell steps.
    """

    def __init__(self, units):
        super().__init__()
        self.units = units

    def build(self, shape):
        width = 4 * self.units
        self.W = self.add_weight(shape=(self.units, width), name="W")
        self.U = self.add_weight(shape=(self.units, width), name="U")
        self.gain = self.add_weight(shape=(width,), name="gain")
        self.shift = self.add_weight(shape=(width,), name="shift")
        self.mean = self.add_weight(shape=(width,), initializer="zeros", trainable=False)
        self.variance = self.add_weight(shape=(width,), initializer="ones", trainable=False)

    def call(self, x, initial_state):
        """x [batch, time, units], state [h, c] -> hidden like x, h, c."""
        projected = self.normalize(tf.einsum("bti,io->tbo", x, self.W))
        h, c = initial_state
        outputs = []
        for step in tf.unstack(projected):
            i, f, g, o = tf.split(step + tf.matmul(h, self.U), 4, axis=1)
            c = tf.sigmoid(f) * c + tf.sigmoid(i) * tf.tanh(g)
            h = tf.sigmoid(o) * tf.tanh(c)
            outputs.append(h)
        return tf.stack(outputs, axis=1), h, c

    def normalize(self, x):
        """Standardizes each time step's features [time, batch, features] over the batch axis."""
        mean, variance = tf.nn.moments(x, axes=[1], keepdims=True)
        self.mean.assign(DECAY * self.mean + (1 - DECAY) * tf.reduce_mean(mean, (0, 1)))
        self.variance.assign(DECAY * self.variance + (1 - DECAY) * tf.reduce_mean(variance, (0, 1)))
        return tf.nn.batch_normalization(x, mean, variance, self.shift, self.gain, EPSILON)


class LanguageModel(keras.Model):
    """Embedding, LSTM layers, softmax; dropout on the embedding, between layers and before the softmax."""

    def __init__(self, sizes):
        super().__init__()
        self.embedding = keras.layers.Embedding(sizes.types, sizes.units)
        if sizes.normalized:
            self.recurrent = [NormalizedLSTM(sizes.units) for _ in range(sizes.layers)]
        else:
            self.recurrent = [
                keras.layers.LSTM(sizes.units, return_sequences=True, return_state=True, unroll=True)
                for _ in range(sizes.layers)
            ]
        self.dropout = keras.layers.Dropout(sizes.share)
        self.softmax = keras.layers.Dense(sizes.types)

    def call(self, inputs, states, training=True):
        """inputs [batch, time] -> logits [batch, time, types] and the states to carry on."""
        x = self.dropout(self.embedding(inputs), training=training)
        carried = []
        for layer, state in zip(self.recurrent, states):
            x, *last = layer(x, initial_state=state)
            x = self.dropout(x, training=training)
            carried.append(last)
        return self.softmax(x), carried


def load(model, weights):
    """Copies the shared initial weights into the model."""
    model.embedding.set_weights([weights["embedding"]])
    model.softmax.set_weights([weights["softmax"], weights["softmax_bias"]])
    for index, layer in enumerate(model.recurrent):
        names = ("W", "U", "gain", "shift") if f"gain{index}" in weights else ("W", "U", "b")
        values = [weights[f"{name}{index}"] for name in names]
        layer.set_weights(values + [value.numpy() for value in layer.non_trainable_weights])


def make_step(sizes, weights, windows, threads):
    """A function of a window that trains one step and returns the loss; and the windows as tensors."""
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    keras.utils.set_random_seed(3)
    model = LanguageModel(sizes)
    zeros = tf.zeros((sizes.batch, sizes.units))
    states = [[zeros, zeros] for _ in range(sizes.layers)]
    model(tf.zeros((sizes.batch, sizes.time), tf.int32), states)
    load(model, weights)
    optimizer = keras.optimizers.SGD(sizes.learning_rate)
    optimizer.build(model.trainable_variables)

    @tf.function
    def train_step(inputs, targets, states):
        with tf.GradientTape() as tape:
            logits, carried = model(inputs, states)
            nats = tf.nn.sparse_softmax_cross_entropy_with_logits(targets, logits)
            loss = tf.reduce_sum(nats) / sizes.batch
        variables = model.trainable_variables
        gradients, _ = tf.clip_by_global_norm(tape.gradient(loss, variables), sizes.max_norm)
        optimizer.apply_gradients(zip(gradients, variables))
        return loss, carried

    def step(window):
        nonlocal states
        loss, states = train_step(*window, states)
        return float(loss)

    return step, [tuple(tf.constant(part.T) for part in window) for window in windows]
