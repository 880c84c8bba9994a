"""PyTorch: the frame classifier on packed utterances, with `nn.LSTM` or, where W·x is normalized, a loop over time."""

import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence

from speech_data import DIRECTIONS
from torch_settings import VERSIONS, one_bias, rounding, set_threads

__all__ = ["VERSIONS", "make_step"]

EPSILON = 1e-5


class NormalizedDirection(nn.Module):
    """One direction of an LSTM layer with sequence-wise batch normalization of W·x, as a user writes it.

    A packed batch holds the real frames and nothing else, so statistics over its rows need no mask.
    """

    def __init__(self, inputs, units, backward):
        super().__init__()
        self.backward = backward
        self.W = nn.Parameter(torch.empty(inputs, 4 * units))
        self.U = nn.Parameter(torch.empty(units, 4 * units))
        self.norm = nn.BatchNorm1d(4 * units, eps=EPSILON)

    def forward(self, frames, batch_sizes):
        """Packed frames [rows, inputs] -> hidden [rows, units], rows in the same order."""
        steps = self.norm(frames @ self.W).split(batch_sizes)
        h = c = frames.new_zeros(0, self.U.shape[0])
        outputs = []
        for step in reversed(steps) if self.backward else steps:
            h, c = resized(h, len(step)), resized(c, len(step))
            i, f, g, o = torch.addmm(step, h, self.U).chunk(4, 1)
            c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
            h = torch.sigmoid(o) * torch.tanh(c)
            outputs.append(h)
        return torch.cat(outputs[::-1] if self.backward else outputs)


def resized(state, rows):
    """The state of the utterances that have this frame: those that ended go, those that begin start at zero."""
    if len(state) == rows:
        return state
    return state[:rows] if len(state) > rows else F.pad(state, (0, 0, 0, rows - len(state)))


class FrameClassifier(nn.Module):
    """Bidirectional LSTM layers and a softmax over the real frames."""

    def __init__(self, sizes):
        super().__init__()
        self.sizes = sizes
        self.softmax = nn.Linear(2 * sizes.units, sizes.classes)
        if sizes.normalized:
            self.layers = nn.ModuleList(
                nn.ModuleList(
                    NormalizedDirection(sizes.layer_inputs(layer), sizes.units, name == "backward")
                    for name in DIRECTIONS
                )
                for layer in range(sizes.layers)
            )
        else:
            self.lstm = one_bias(
                nn.LSTM(sizes.inputs, sizes.units, sizes.layers, bidirectional=True)
            )

    def forward(self, frames, classes):
        """The loss, summed over real frames and averaged over utterances."""
        if self.sizes.normalized:
            batch_sizes = frames.batch_sizes.tolist()
            hidden = frames.data
            for layer in self.layers:
                hidden = torch.cat([direction(hidden, batch_sizes) for direction in layer], 1)
        else:
            hidden = rows(self.lstm(frames)[0])
        loss = F.cross_entropy(self.softmax(hidden), rows(classes), reduction="sum")
        return loss / self.sizes.batch


def rows(sequence):
    """The real frames of a packed batch, or all frames of one without padding, one a row."""
    return sequence.data if isinstance(sequence, PackedSequence) else sequence.flatten(0, 1)


def load(model, weights):
    """Copies the shared initial weights into the model; gains start at one and shifts at zero by themselves."""
    tensor = {name: torch.from_numpy(value) for name, value in weights.items()}
    with torch.no_grad():
        model.softmax.weight.copy_(tensor["softmax"].T)
        model.softmax.bias.copy_(tensor["softmax_bias"])
        for layer in range(model.sizes.layers):
            for index, direction in enumerate(DIRECTIONS):
                name = f"{layer}_{direction}"
                if model.sizes.normalized:
                    for part in ("W", "U"):
                        getattr(model.layers[layer][index], part).copy_(tensor[f"{part}{name}"])
                    continue
                suffix = f"l{layer}" + ("_reverse" if direction == "backward" else "")
                getattr(model.lstm, f"weight_ih_{suffix}").copy_(tensor[f"W{name}"].T)
                getattr(model.lstm, f"weight_hh_{suffix}").copy_(tensor[f"U{name}"].T)
                getattr(model.lstm, f"bias_ih_{suffix}").copy_(tensor[f"b{name}"])


def make_step(sizes, weights, windows, threads, packed=True, precision="float32"):
    """A function of a window that trains one step and returns the loss; and the windows as tensors.

    `packed=False` is for utterances of one length alone: with padding, the backward direction would begin in it.
    """
    set_threads(threads)
    context = rounding(precision)
    model = FrameClassifier(sizes)
    load(model, weights)
    optimizer = torch.optim.SGD(
        [each for each in model.parameters() if each.requires_grad],
        lr=sizes.learning_rate,
        momentum=sizes.momentum,
        foreach=True,
    )

    def step(window):
        optimizer.zero_grad(set_to_none=True)
        with context:
            loss = model(*window)
        loss.backward()
        optimizer.step()
        return loss.item()

    tensors = [
        (torch.from_numpy(frames), torch.from_numpy(classes).long()) for frames, classes in windows
    ]
    if packed:
        lengths = torch.full((sizes.batch,), sizes.frames)
        tensors = [
            tuple(pack_padded_sequence(part, lengths) for part in window) for window in tensors
        ]
    return step, tensors
