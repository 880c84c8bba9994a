"""Whitening of groups of features: Cholesky's factor, ZCA from eigenvectors, and IterNorm's iteration."""

import torch

from golden_file import inputs, write
from normalization_cases import FOLDER, run

TIME, BATCH, FEATURES, SIZE = 5, 9, 6, 3
LENGTHS = [5, 4, 5, 5, 3, 5, 5, 5, 5]
EPSILON = 1e-5
ITERATIONS = 5


def cholesky(sigma):
    return torch.linalg.inv(torch.linalg.cholesky(sigma)).mT


def zca(sigma):
    values, vectors = torch.linalg.eigh(sigma)
    return vectors @ torch.diag_embed(values.rsqrt()) @ vectors.mT


def iterative(sigma):
    trace = sigma.diagonal(dim1=-2, dim2=-1).sum(-1)[:, None, None]
    p = torch.eye(SIZE, dtype=sigma.dtype).expand_as(sigma)
    for _ in range(ITERATIONS):
        p = 1.5 * p - 0.5 * p @ p @ p @ (sigma / trace)
    return p / trace.sqrt()


def whiten_rows(rows, make):
    """Whitening of [rows, features] in groups, by the covariance of these rows."""
    blocks = rows.reshape(len(rows), FEATURES // SIZE, SIZE).transpose(0, 1)
    centered = blocks - blocks.mean(1, keepdim=True)
    sigma = centered.mT @ centered / len(rows) + EPSILON * torch.eye(SIZE, dtype=rows.dtype)
    return (centered @ make(sigma)).transpose(0, 1).reshape(rows.shape)


def frame(make):
    def apply(x, gain, shift):
        return gain * torch.stack([whiten_rows(x[t], make) for t in range(TIME)]) + shift

    return apply


def masked_sequence(make):
    def apply(x, gain, shift):
        real = torch.arange(TIME)[:, None] < torch.tensor(LENGTHS)[None, :]
        y = gain * whiten_rows(x[real], make) + shift
        return torch.zeros_like(x).masked_scatter(real[:, :, None], y)

    return apply


def make(seed):
    generator = torch.Generator().manual_seed(seed)
    x = inputs(generator, TIME, BATCH, FEATURES, low=-2, high=3)
    given = {
        # Every feature leaks into the next: a covariance that is not diagonal.
        "x": (x + 0.7 * torch.cat([torch.zeros_like(x[..., :1]), x[..., :-1]], -1)).float().double(),
        "gain": inputs(generator, FEATURES, low=0.5, high=2),
        "shift": inputs(generator, FEATURES),
    }
    loss_weights = {"y": inputs(generator, TIME, BATCH, FEATURES)}
    methods = {"cholesky": cholesky, "zca": zca, "iterative": iterative}
    cases = {name: frame(method) for name, method in methods.items()}
    cases |= {f"{name}MaskedSequence": masked_sequence(m) for name, m in methods.items()}
    write(
        f"{FOLDER}/whiten.json",
        seed,
        {
            "sizes": {"time": TIME, "batch": BATCH, "features": FEATURES, "group": SIZE},
            "epsilon": EPSILON,
            "iterations": ITERATIONS,
            "lengths": torch.tensor(LENGTHS),
            "inputs": given,
            "lossWeights": loss_weights,
            "cases": {name: run(f, given, loss_weights) for name, f in cases.items()},
        },
    )
