"""What every peer starts from on the speech model: the same weights and the same utterances, from one seed."""

import math

import numpy

DIRECTIONS = ("forward", "backward")


def initial_weights(sizes, seed=1):
    """Glorot-uniform weights, zero biases; gates in the order input, forget, candidate, output.

    For layer i and each direction `W{i}_{direction}` [inputs, 4·units], `U{i}_{direction}` [units, 4·units] and either
    `b{i}_{direction}` or `gain{i}_...` and `shift{i}_...` [4·units]; `softmax` [2·units, classes], `softmax_bias`.
    """
    random = numpy.random.default_rng(seed)

    def glorot(rows, columns, gates=1):
        limit = math.sqrt(6 / (rows + columns / gates))
        return random.uniform(-limit, limit, (rows, columns)).astype(numpy.float32)

    width = 4 * sizes.units
    weights = {}
    for layer in range(sizes.layers):
        for direction in DIRECTIONS:
            name = f"{layer}_{direction}"
            weights[f"W{name}"] = glorot(sizes.layer_inputs(layer), width, 4)
            weights[f"U{name}"] = glorot(sizes.units, width, 4)
            if sizes.normalized:
                weights[f"gain{name}"] = numpy.ones(width, numpy.float32)
                weights[f"shift{name}"] = numpy.zeros(width, numpy.float32)
            else:
                weights[f"b{name}"] = numpy.zeros(width, numpy.float32)
    weights["softmax"] = glorot(2 * sizes.units, sizes.classes)
    weights["softmax_bias"] = numpy.zeros(sizes.classes, numpy.float32)
    return weights


def windows(sizes, count=3, seed=2):
    """Random utterances of one length, taken in turn: (frames float32 [time, batch, inputs], classes int32)."""
    random = numpy.random.default_rng(seed)
    shape = (sizes.frames, sizes.batch)
    return [
        (
            random.standard_normal((*shape, sizes.inputs), numpy.float32),
            random.integers(0, sizes.classes, shape, dtype=numpy.int32),
        )
        for _ in range(count)
    ]
