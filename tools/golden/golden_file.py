"""Writing one file of golden values with its provenance."""

import json
import pathlib
import platform

import torch

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCRIPT = "tools/golden/make_golden.py"


def inputs(generator, *shape, low=-1.0, high=1.0):
    """Distinct float64 values, each of them a float32, so that both precisions hold the same."""
    values = torch.rand(*shape, generator=generator, dtype=torch.float64) * (high - low) + low
    return values.float().double()


def weighted_sum(outputs, weights):
    """The loss of every gradient here: the sum over outputs and elements of weight times output."""
    return sum((outputs[name] * weights[name]).sum() for name in weights)


def array(tensor):
    """What the reader calls an array: its shape and its elements in row-major order."""
    return {"shape": list(tensor.shape), "data": tensor.detach().reshape(-1).tolist()}


def write(path, seed, content):
    """Writes `content` under `path` from the repository's root; tensors in it become arrays."""
    provenance = {
        "tool": "PyTorch",
        "version": torch.__version__,
        "python": platform.python_version(),
        "script": SCRIPT,
        "seed": seed,
        "dtype": "float64",
    }
    target = ROOT / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(render({"provenance": provenance, **content}) + "\n")
    print(f"{path}: {target.stat().st_size / 1024:.0f} KiB")


def render(value, indent=""):
    """JSON with a line for each key and none for each number; floats keep all their digits."""
    if isinstance(value, torch.Tensor):
        return json.dumps(array(value))
    if not isinstance(value, dict):
        return json.dumps(value)
    inner = indent + "  "
    lines = [f"{inner}{json.dumps(key)}: {render(item, inner)}" for key, item in value.items()]
    return "{\n" + ",\n".join(lines) + "\n" + indent + "}"
