"""`python3 peer.py OUT.json`: training steps of the language models in PyTorch on its GPU, `nn.LSTM` through cuDNN.

Where W·x is normalized a loop over time runs instead, as written (eager) and through `torch.compile`.
"""

import json
import sys
import time

import torch
from torch import nn

from sizes import find_sizes
from timing import time_steps
from torch_language import LanguageModel

PRESETS = ["ptb-small", "ptb-small-bn", "ptb-medium", "ptb-medium-bn", "ptb-large"]
SECONDS = 150


def make_step(sizes, compiled):
    """A function of a window that trains one step and returns the loss, which waits for the device."""
    torch.manual_seed(3)
    model = LanguageModel(sizes).cuda()
    parameters = list(model.parameters())
    for each in parameters:
        nn.init.uniform_(each, -sizes.init_range, sizes.init_range)
    forward = torch.compile(model, dynamic=False) if compiled else model
    optimizer = torch.optim.SGD(parameters, lr=sizes.learning_rate, foreach=True)
    shape = (sizes.layers, sizes.batch, sizes.units)
    state = tuple(torch.zeros(shape, device="cuda") for _ in range(2))

    def step(window):
        nonlocal state
        optimizer.zero_grad(set_to_none=True)
        loss, carried = forward(*window, state)
        loss.backward()
        nn.utils.clip_grad_norm_(parameters, sizes.max_norm)
        optimizer.step()
        state = tuple(part.detach() for part in carried)
        return loss.item()

    return step


def main(out):
    results = []
    begun = time.perf_counter()
    for tf32 in (False, True):
        torch.backends.cuda.matmul.allow_tf32 = tf32
        torch.backends.cudnn.allow_tf32 = tf32
        forms = [(preset, False) for preset in PRESETS]
        forms += [(preset, True) for preset in PRESETS if preset.endswith("-bn")]
        for preset, compiled in forms:
            if time.perf_counter() - begun > SECONDS:
                break
            sizes = find_sizes(preset)
            tokens = torch.randint(sizes.types, (4, sizes.time, sizes.batch), device="cuda")
            windows = [(tokens[k], tokens[k + 1]) for k in range(3)]
            took = time_steps(make_step(sizes, compiled), windows, 30, 5)
            results.append(
                {
                    "preset": preset,
                    "batch": sizes.batch,
                    "tf32": tf32,
                    "compiled": compiled,
                    "stepMilliseconds": took["stepMilliseconds"],
                    "device": torch.cuda.get_device_name(),
                    "torch": torch.__version__,
                    "cudnn": torch.backends.cudnn.version(),
                }
            )
            print(json.dumps(results[-1]), flush=True)
            with open(out, "w") as file:
                json.dump(results, file, indent=1)


main(sys.argv[1])
