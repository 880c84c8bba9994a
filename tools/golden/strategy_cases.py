"""RMS, renormalization and online normalization over several updates, weight normalization."""

import torch
from torch.nn import functional as F

from golden_file import inputs, write
from normalization_cases import FOLDER, run

TIME, BATCH, FEATURES = 6, 5, 8
# The last step has one real row.
LENGTHS = [6, 4, 5, 0, 5]
EPSILON = 1e-2
UPDATES = 4
REAL = torch.arange(TIME)[:, None] < torch.tensor(LENGTHS)[None, :]

RENORM = {"decay": 0.75, "rMax": 1.25, "dMax": 0.5, "plainUpdates": 1, "rRise": 2, "dRise": 2}
ONLINE = {"forwardDecay": 0.95, "backwardDecay": 0.875}


def make(seed):
    rms(seed)
    weight(seed + 1)
    state = {"mean": torch.zeros(1, FEATURES).double(), "variance": torch.ones(1, FEATURES).double()}
    zero = torch.zeros(1, FEATURES).double()
    updates(seed + 2, "renorm", RENORM, renorm, {**state, "updates": torch.zeros(1, 1).double()})
    updates(seed + 3, "online", ONLINE, online, {**state, "u": zero, "v": zero})


def rms_in_groups(x, groups):
    blocks = x.reshape(*x.shape[:-1], groups, -1)
    return F.rms_norm(blocks, blocks.shape[-1:], eps=EPSILON).reshape(x.shape)


def weighted(generator):
    return {
        "gain": inputs(generator, FEATURES, low=0.5, high=2),
        "shift": inputs(generator, FEATURES),
    }


def rms(seed):
    generator = torch.Generator().manual_seed(seed)
    given = {"x": inputs(generator, TIME, BATCH, FEATURES, low=-2, high=3), **weighted(generator)}
    loss_weights = {"y": inputs(generator, TIME, BATCH, FEATURES)}

    def in_groups(groups, real):
        return lambda x, gain, shift: real * (gain * rms_in_groups(x, groups) + shift)

    cases = {f"groups{groups}": in_groups(groups, 1) for groups in (1, 4)}
    cases["masked"] = in_groups(1, REAL[:, :, None])
    write(
        f"{FOLDER}/rms.json",
        seed,
        {
            "sizes": {"features": FEATURES},
            "epsilon": EPSILON,
            "lengths": torch.tensor(LENGTHS),
            "inputs": given,
            "lossWeights": loss_weights,
            "cases": {name: run(f, given, loss_weights) for name, f in cases.items()},
        },
    )


def weight(seed):
    generator = torch.Generator().manual_seed(seed)
    given = {"weights": inputs(generator, 5, FEATURES), "gain": inputs(generator, FEATURES, low=0.5, high=2)}
    loss_weights = {"y": inputs(generator, 5, FEATURES)}
    # torch.nn.utils.weight_norm computes its weights by this function.
    case = run(lambda weights, gain: torch._weight_norm(weights, gain[None], 1), given, loss_weights)
    write(f"{FOLDER}/weight.json", seed, {"inputs": given, "lossWeights": loss_weights, "case": case})


def updates(seed, name, settings, step, state):
    """Some updates with other inputs each: values, gradients, and the statistics after them."""
    generator = torch.Generator().manual_seed(seed)
    loss_weights = {"y": inputs(generator, TIME, BATCH, FEATURES)}
    found = {}
    for update in range(UPDATES):
        spread = inputs(generator, FEATURES, low=0.5, high=2)
        x = inputs(generator, TIME, BATCH, FEATURES, low=-2, high=3) * spread + update
        given = {"x": x.float().double(), **weighted(generator)}
        after = {}
        case = run(lambda **leaves: step(state, after, **leaves), given, loss_weights)
        state = {key: value.detach().clone() for key, value in after.items()}
        found[f"update{update}"] = {"inputs": given, **case, "statistics": state}
    write(
        f"{FOLDER}/{name}.json",
        seed,
        {
            "settings": {"epsilon": EPSILON, **settings},
            "lengths": torch.tensor(LENGTHS),
            "lossWeights": loss_weights,
            **found,
        },
    )


def risen(done, updates):
    return min(max((done - RENORM["plainUpdates"]) / updates, 0), 1)


def renorm(state, after, x, gain, shift):
    """Ioffe 2017, algorithm 1, each step by itself; one row alone is standardized by the running statistics."""
    mean, variance = state["mean"][0], state["variance"][0]
    done = float(state["updates"])
    r_limit = 1 + (RENORM["rMax"] - 1) * risen(done, RENORM["rRise"])
    d_limit = RENORM["dMax"] * risen(done, RENORM["dRise"])
    sigma = (variance + EPSILON).sqrt()
    y, moments = torch.zeros_like(x), []
    for t in range(TIME):
        rows = x[t][REAL[t]]
        if len(rows) < 2:
            x_hat = (rows - mean) / sigma
        else:
            own_mean = rows.mean(0)
            own_sigma = (rows.var(0, unbiased=False) + EPSILON).sqrt()
            r = (own_sigma / sigma).clamp(1 / r_limit, r_limit).detach()
            d = ((own_mean - mean) / sigma).clamp(-d_limit, d_limit).detach()
            x_hat = (rows - own_mean) / own_sigma * r + d
            moments.append((len(rows), own_mean.detach(), rows.var(0, unbiased=False).detach()))
        y[t] = torch.zeros_like(x[t]).masked_scatter(REAL[t][:, None], gain * x_hat + shift)
    total = sum(n for n, _, _ in moments)
    decay = RENORM["decay"]
    after["mean"] = (decay * mean + (1 - decay) * sum(n * m for n, m, _ in moments) / total)[None]
    after["variance"] = (decay * variance + (1 - decay) * sum(n * v for n, _, v in moments) / total)[None]
    after["updates"] = state["updates"] + 1
    return y


class Controlled(torch.autograd.Function):
    """x̂ of the real rows, with the backward pass of online normalization."""

    @staticmethod
    def forward(ctx, rows, state, after):
        sigma = (state["variance"] + EPSILON).sqrt()
        x_hat = (rows - state["mean"]) / sigma
        ctx.save_for_backward(x_hat)
        ctx.kept = sigma, state, after
        return x_hat

    @staticmethod
    def backward(ctx, dy):
        (x_hat,) = ctx.saved_tensors
        sigma, state, after = ctx.kept
        g = dy - state["v"] * x_hat
        dx = g / sigma - state["u"]
        b, n = ONLINE["backwardDecay"], len(dy)
        size = (x_hat**2).mean(0, keepdim=True)
        after["u"] = state["u"] + (1 - b**n) * dx.mean(0, keepdim=True)
        after["v"] = state["v"] + (1 - b ** (n * size)) / size * (g * x_hat).mean(0, keepdim=True)
        return dx, None, None


def online(state, after, x, gain, shift):
    """Chiley et al. 2019 with layer scaling; the rows of a step count as equal updates (docs/deviations.md)."""
    mean, variance = state["mean"], state["variance"]
    for t in range(TIME):
        rows = x[t][REAL[t]].detach()
        share = ONLINE["forwardDecay"] ** len(rows)
        own = rows.mean(0, keepdim=True)
        spread = rows.var(0, unbiased=False, keepdim=True)
        variance = share * variance + (1 - share) * spread + share * (1 - share) * (own - mean) ** 2
        mean = share * mean + (1 - share) * own
    after["mean"], after["variance"] = mean, variance
    x_hat = Controlled.apply(x[REAL], state, after)
    rows = gain * rms_in_groups(x_hat, 1) + shift
    return torch.zeros_like(x).masked_scatter(REAL[:, :, None], rows)
