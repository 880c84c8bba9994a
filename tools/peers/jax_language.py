"""JAX: the word language model as one jitted step; the input projection stands outside `lax.scan`."""

import functools

import jax
import jax.numpy as jnp

VERSIONS = {"jax": jax.__version__, "jaxlib": jax.lib.__version__}
EPSILON = 1e-6
DECAY = 0.9


def normalize(x, gain, shift):
    """Standardizes each time step's features [time, batch, features] over the batch axis."""
    mean = jnp.mean(x, axis=1, keepdims=True)
    variance = jnp.mean(jnp.square(x - mean), axis=1, keepdims=True)
    y = (x - mean) * (jax.lax.rsqrt(variance + EPSILON) * gain) + shift
    return y, (jnp.mean(mean, (0, 1)), jnp.mean(variance, (0, 1)))


def lstm_layer(weights, layer, x, state):
    """x [time, batch, units] -> hidden like x, the last (h, c), and the moments where W·x is normalized."""
    projected, moments = x @ weights[f"W{layer}"], ()
    if f"gain{layer}" in weights:
        gain, shift = weights[f"gain{layer}"], weights[f"shift{layer}"]
        projected, moments = normalize(projected, gain, shift)
    else:
        projected += weights[f"b{layer}"]
    recurrent = weights[f"U{layer}"]

    def cell(carry, gates):
        h, c = carry
        i, f, g, o = jnp.split(gates + h @ recurrent, 4, axis=1)
        c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
        h = jax.nn.sigmoid(o) * jnp.tanh(c)
        return (h, c), h

    state, hidden = jax.lax.scan(cell, state, projected)
    return hidden, state, moments


def dropped(key, x, share):
    """Inverted dropout."""
    if share == 0:
        return x
    return jnp.where(jax.random.bernoulli(key, 1 - share, x.shape), x / (1 - share), 0)


def loss_of(weights, states, keys, window, sizes):
    """The loss, summed over time and averaged over the batch; and the states and moments to carry on."""
    inputs, targets = window
    x = dropped(keys[0], weights["embedding"][inputs], sizes.share)
    carried, moments = [], []
    for layer in range(sizes.layers):
        x, state, moment = lstm_layer(weights, layer, x, states[layer])
        x = dropped(keys[layer + 1], x, sizes.share)
        carried.append(state)
        moments.append(moment)
    logits = x.reshape(sizes.positions, sizes.units) @ weights["softmax"] + weights["softmax_bias"]
    right = jnp.take_along_axis(logits, targets.reshape(-1, 1), axis=1)[:, 0]
    loss = jnp.sum(jax.nn.logsumexp(logits, axis=1) - right) / sizes.batch
    return loss, (carried, moments)


@functools.partial(jax.jit, static_argnames="sizes", donate_argnames=("weights", "states", "running"))
def train_step(weights, states, running, key, window, sizes):
    """Gradient, clipping by the global norm, update; everything that is replaced is donated."""
    key, *keys = jax.random.split(key, sizes.layers + 2)
    gradient_of = jax.value_and_grad(loss_of, has_aux=True)
    (loss, (carried, moments)), gradients = gradient_of(weights, states, keys, window, sizes)
    norm = jnp.sqrt(sum(jnp.sum(jnp.square(g)) for g in gradients.values()))
    scale = sizes.learning_rate * jnp.minimum(1.0, sizes.max_norm / norm)
    weights = {name: value - scale * gradients[name] for name, value in weights.items()}
    running = jax.tree.map(lambda old, new: DECAY * old + (1 - DECAY) * new, running, moments)
    return weights, carried, running, key, loss


def make_step(sizes, weights, windows, threads):
    """A function of a window that trains one step and returns the loss; and the windows as arrays.

    JAX takes its threads from the cores that the process may run on, so `threads` sets nothing here.
    """
    jax.config.update("jax_default_prng_impl", "rbg")
    width = 4 * sizes.units
    weights = {name: jnp.array(value) for name, value in weights.items()}
    states = [
        tuple(jnp.zeros((sizes.batch, sizes.units)) for _ in range(2)) for _ in range(sizes.layers)
    ]
    moments = (jnp.zeros(width), jnp.ones(width)) if sizes.normalized else ()
    running = [jax.tree.map(jnp.copy, moments) for _ in range(sizes.layers)]
    key = jax.random.key(3)

    def step(window):
        nonlocal weights, states, running, key
        weights, states, running, key, loss = train_step(
            weights, states, running, key, window, sizes
        )
        return float(loss)

    return step, [tuple(jnp.array(part) for part in window) for window in windows]
