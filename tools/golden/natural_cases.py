"""Whitened inputs (Desjardins et al. 2015): one layer a = U(x - c) V + d, and one estimate that keeps it."""

import torch

from golden_file import inputs, write
from normalization_cases import FOLDER

TIME, BATCH, INPUTS, FEATURES = 5, 9, 6, 4
LENGTHS = [5, 4, 5, 5, 3, 5, 5, 0, 5]
DAMPING = 0.01


def layer(x, c, u, v, d):
    return (x - c) @ u @ v + d


def inverse_root(sigma):
    values, vectors = torch.linalg.eigh(sigma)
    return vectors @ torch.diag(values.rsqrt()) @ vectors.T


def estimate(x, u, v, d, c):
    """New coordinates by the rows of x; the same function."""
    mean = x.mean(0)
    sigma = torch.cov(x.T, correction=0) + DAMPING * torch.eye(INPUTS, dtype=x.dtype)
    root = inverse_root(sigma)
    return {
        "mean": mean,
        "matrix": root,
        "weights": torch.linalg.solve(root, u @ v),
        "bias": d + (mean - c) @ u @ v,
    }


def make(seed):
    generator = torch.Generator().manual_seed(seed)
    x = inputs(generator, TIME, BATCH, INPUTS, low=-1, high=2)
    x = (x + 0.7 * torch.cat([torch.zeros_like(x[..., :1]), x[..., :-1]], -1)).float().double()
    factor = inputs(generator, INPUTS, INPUTS, low=-0.5, high=0.5)
    given = {
        "x": x,
        "mean": inputs(generator, INPUTS),
        "matrix": (factor @ factor.T + torch.eye(INPUTS, dtype=x.dtype)).float().double(),
        "weights": inputs(generator, INPUTS, FEATURES),
        "bias": inputs(generator, FEATURES),
    }
    loss_weights = inputs(generator, TIME, BATCH, FEATURES)
    real = torch.arange(TIME)[:, None] < torch.tensor(LENGTHS)[None, :]
    v, d = (given[name].clone().requires_grad_() for name in ("weights", "bias"))
    y = layer(x, given["mean"], given["matrix"], v, d)
    (y * loss_weights).sum().backward()
    new = estimate(x[real], given["matrix"], given["weights"], given["bias"], given["mean"])
    kept = layer(x, new["mean"], new["matrix"], new["weights"], new["bias"])
    assert (kept - y).abs().max() < 1e-12
    write(
        f"{FOLDER}/natural.json",
        seed,
        {
            "sizes": {"time": TIME, "batch": BATCH, "inputs": INPUTS, "features": FEATURES},
            "damping": DAMPING,
            "lengths": torch.tensor(LENGTHS),
            "inputs": given,
            "lossWeights": loss_weights,
            "y": y,
            "gradients": {"weights": v.grad, "bias": d.grad},
            "estimate": new,
        },
    )
