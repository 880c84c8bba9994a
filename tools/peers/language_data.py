"""What every peer starts from: the same weights and the same tokens, made by numpy from one seed."""

import numpy


def initial_weights(sizes, seed=1):
    """Uniform weights as float32 arrays; gates in the order input, forget, candidate, output.

    `embedding` [types, units]; for layer i `W{i}` and `U{i}` [units, 4·units] and either `b{i}` [4·units] or, where
    W·x is normalized, `gain{i}` and `shift{i}`; `softmax` [units, types] and `softmax_bias` [types].
    """
    random = numpy.random.default_rng(seed)

    def uniform(*shape):
        return random.uniform(-sizes.init_range, sizes.init_range, shape).astype(numpy.float32)

    units, width = sizes.units, 4 * sizes.units
    weights = {"embedding": uniform(sizes.types, units)}
    for layer in range(sizes.layers):
        weights[f"W{layer}"] = uniform(units, width)
        weights[f"U{layer}"] = uniform(units, width)
        bias = uniform(width)
        if sizes.normalized:
            weights[f"gain{layer}"] = numpy.ones(width, numpy.float32)
            weights[f"shift{layer}"] = numpy.zeros(width, numpy.float32)
        else:
            weights[f"b{layer}"] = bias
    weights["softmax"] = uniform(units, sizes.types)
    weights["softmax_bias"] = uniform(sizes.types)
    return weights


def windows(sizes, count=3, seed=2):
    """Random windows, taken in turn: (inputs, targets), int32 [time, batch] each.

    The inputs of a window are distinct types: TensorFlow's global norm counts a type that comes twice as two rows.
    """
    random = numpy.random.default_rng(seed)
    shape = (sizes.time, sizes.batch)

    def window():
        inputs = random.permutation(sizes.types)[: sizes.positions]
        targets = random.integers(0, sizes.types, shape)
        return inputs.reshape(shape).astype(numpy.int32), targets.astype(numpy.int32)

    return [window() for _ in range(count)]
