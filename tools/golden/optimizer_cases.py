"""Trajectories of five steps of SGD, SGD with momentum and Adam under given gradients."""

import torch

from golden_file import inputs, write

STEPS = 5
SHAPES = {"matrix": (3, 4), "vector": (5,)}


def make(seed):
    generator = torch.Generator().manual_seed(seed)
    start = {name: inputs(generator, *shape) for name, shape in SHAPES.items()}
    gradients = {name: inputs(generator, STEPS, *shape, low=-2, high=2) for name, shape in SHAPES.items()}
    norms = [
        torch.nn.utils.clip_grad_norm_(with_gradients(start, gradients, step), 1e9).item()
        for step in range(STEPS)
    ]
    optimizers = {
        "sgd": (torch.optim.SGD, {"lr": 0.25}),
        "momentum": (torch.optim.SGD, {"lr": 0.125, "momentum": 0.9}),
        "adam": (torch.optim.Adam, {"lr": 0.015625, "betas": (0.9, 0.98), "eps": 1e-7}),
    }
    write(
        "packages/training/test/golden/optimizers.json",
        seed,
        {
            "steps": STEPS,
            "start": start,
            "gradients": gradients,
            "globalNorms": torch.tensor(norms, dtype=torch.float64),
            "optimizers": {
                name: {"options": options, "variables": trajectory(make_one, options, start, gradients)}
                for name, (make_one, options) in optimizers.items()
            },
        },
    )


def with_gradients(start, gradients, step):
    variables = [tensor.clone().requires_grad_() for tensor in start.values()]
    for variable, name in zip(variables, start):
        variable.grad = gradients[name][step].clone()
    return variables


def trajectory(make_optimizer, options, start, gradients):
    """[STEPS, ...] of each variable: its value after every step."""
    variables = {name: tensor.clone().requires_grad_() for name, tensor in start.items()}
    optimizer = make_optimizer(list(variables.values()), **options)
    path = {name: [] for name in variables}
    for step in range(STEPS):
        for name, variable in variables.items():
            variable.grad = gradients[name][step].clone()
        optimizer.step()
        for name, variable in variables.items():
            path[name].append(variable.detach().clone())
    return {name: torch.stack(values) for name, values in path.items()}
