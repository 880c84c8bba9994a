"""F.batch_norm over frames and over whole sequences, F.layer_norm in one and several groups."""

import torch
from torch.nn import functional as F

from golden_file import inputs, weighted_sum, write

FOLDER = "packages/normalization/test/golden"
TIME, BATCH, FEATURES = 7, 5, 6
LENGTHS = [7, 5, 6, 3, 7]
EPSILON = 1e-5


def make(seed):
    batch_norm(seed)
    layer_norm(seed + 1)


def normalize_rows(x, gain, shift):
    """Batch normalization of [rows, features] with the statistics of these rows."""
    return F.batch_norm(x, None, None, gain, shift, training=True, eps=EPSILON)


def frame(x, gain, shift):
    return torch.stack([normalize_rows(x[t], gain, shift) for t in range(TIME)])


def sequence(x, gain, shift):
    return normalize_rows(x.reshape(TIME * BATCH, FEATURES), gain, shift).reshape(x.shape)


def on_real_frames(normalize):
    """Applies a row normalizer to the unpadded frames alone; zero elsewhere."""

    def apply(x, gain, shift):
        real = torch.arange(TIME)[:, None] < torch.tensor(LENGTHS)[None, :]
        y = torch.zeros_like(x)
        return y.masked_scatter(real[:, :, None], normalize(x, real, gain, shift))

    return apply


def masked_sequence(x, real, gain, shift):
    return normalize_rows(x[real], gain, shift)


def masked_frame(x, real, gain, shift):
    return torch.cat([normalize_rows(x[t][real[t]], gain, shift) for t in range(TIME)])


def batch_norm(seed):
    generator = torch.Generator().manual_seed(seed)
    given = {
        "x": inputs(generator, TIME, BATCH, FEATURES, low=-2, high=3),
        "gain": inputs(generator, FEATURES, low=0.5, high=2),
        "shift": inputs(generator, FEATURES),
    }
    loss_weights = {"y": inputs(generator, TIME, BATCH, FEATURES)}
    cases = {
        "frame": frame,
        "sequence": sequence,
        "maskedFrame": on_real_frames(masked_frame),
        "maskedSequence": on_real_frames(masked_sequence),
    }
    write(
        f"{FOLDER}/batchNorm.json",
        seed,
        {
            "sizes": {"time": TIME, "batch": BATCH, "features": FEATURES},
            "epsilon": EPSILON,
            "lengths": torch.tensor(LENGTHS),
            "inputs": given,
            "lossWeights": loss_weights,
            "cases": {name: run(f, given, loss_weights) for name, f in cases.items()},
        },
    )


def layer_norm(seed):
    generator = torch.Generator().manual_seed(seed)
    features = 12
    given = {
        "x": inputs(generator, TIME, BATCH, features, low=-2, high=3),
        "gain": inputs(generator, features, low=0.5, high=2),
        "shift": inputs(generator, features),
    }
    loss_weights = {"y": inputs(generator, TIME, BATCH, features)}

    def in_groups(groups):
        def apply(x, gain, shift):
            blocks = x.reshape(TIME, BATCH, groups, features // groups)
            x_hat = F.layer_norm(blocks, blocks.shape[-1:], eps=EPSILON).reshape(x.shape)
            return gain * x_hat + shift

        return apply

    cases = {f"groups{groups}": in_groups(groups) for groups in (1, 2, 4)}
    write(
        f"{FOLDER}/layerNorm.json",
        seed,
        {
            "sizes": {"time": TIME, "batch": BATCH, "features": features},
            "epsilon": EPSILON,
            "inputs": given,
            "lossWeights": loss_weights,
            "cases": {name: run(f, given, loss_weights) for name, f in cases.items()},
        },
    )


def run(f, given, loss_weights):
    leaves = {name: tensor.clone().requires_grad_() for name, tensor in given.items()}
    y = f(**leaves)
    loss = weighted_sum({"y": y}, loss_weights)
    gradients = torch.autograd.grad(loss, list(leaves.values()))
    return {"y": y, "gradients": dict(zip(leaves, gradients))}
