"""Times PyTorch's training steps of the language models on a CUDA device: `nn.LSTM` of cuDNN, and a loop where W·x is
normalized. Prints one JSON object. Usage: python3 tools/gpu/torch_steps.py [PRESET ...]
"""

import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "peers"))

import torch
from torch import nn

from sizes import find_sizes
from timing import time_steps
from torch_language import LanguageModel

PRESETS = ["ptb-small", "ptb-small-bn", "ptb-medium", "ptb-medium-bn", "ptb-large", "ptb-large-bn"]
STEPS = 20


def make_step(sizes, compiled):
    """A function of a window on the device that trains one step and returns the loss; and two windows."""
    torch.manual_seed(1)
    model = LanguageModel(sizes).cuda()
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.dim() > 1 or not sizes.normalized:
                parameter.uniform_(-sizes.init_range, sizes.init_range)
    parameters = [each for each in model.parameters() if each.requires_grad]
    optimizer = torch.optim.SGD(parameters, lr=sizes.learning_rate, foreach=True)
    forward = torch.compile(model, dynamic=False) if compiled else model
    state = tuple(torch.zeros(sizes.layers, sizes.batch, sizes.units, device="cuda") for _ in range(2))

    def step(window):
        nonlocal state
        optimizer.zero_grad(set_to_none=True)
        loss, carried = forward(*window, state)
        loss.backward()
        nn.utils.clip_grad_norm_(parameters, sizes.max_norm)
        optimizer.step()
        state = tuple(part.detach() for part in carried)
        return loss.item()

    shape = (sizes.time, sizes.batch)
    windows = [
        tuple(torch.randint(sizes.types, shape, device="cuda") for _ in range(2)) for _ in range(2)
    ]
    return step, windows


def main():
    presets = sys.argv[1:] or PRESETS
    results = []
    for preset in presets:
        for compiled in [False, True] if preset.endswith("-bn") else [False]:
            sizes = find_sizes(preset)
            step, windows = make_step(sizes, compiled)
            timed = time_steps(step, windows, STEPS, warm_up=3)
            milliseconds = timed["stepMilliseconds"]
            results.append(
                {
                    "preset": preset,
                    "compiled": compiled,
                    "stepMilliseconds": milliseconds,
                    "wordsPerSecond": 1000 * sizes.positions / milliseconds,
                    "lastLossPerWord": timed["losses"][-1] / sizes.time,
                }
            )
            print(results[-1], file=sys.stderr, flush=True)
    print(
        json.dumps(
            {
                "device": torch.cuda.get_device_name(0),
                "torch": torch.__version__,
                "cudnn": torch.backends.cudnn.version(),
                "tf32": {
                    "matmul": torch.backends.cuda.matmul.allow_tf32,
                    "cudnn": torch.backends.cudnn.allow_tf32,
                },
                "results": results,
            }
        )
    )


if __name__ == "__main__":
    main()
