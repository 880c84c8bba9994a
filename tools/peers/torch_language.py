"""PyTorch: the word language model with `nn.LSTM`, or with a loop over time where W·x is normalized."""

import torch
from torch import nn
from torch.nn import functional as F

from torch_settings import VERSIONS, one_bias, rounding, set_threads

__all__ = ["VERSIONS", "make_step"]

EPSILON = 1e-6


class NormalizedLSTM(nn.Module):
    """One LSTM layer with batch normalization of W·x, as a user writes it.

    One product projects all time steps; a loop over time standardizes each step over the batch and runs the cell.
    """

    def __init__(self, units):
        super().__init__()
        self.W = nn.Parameter(torch.empty(units, 4 * units))
        self.U = nn.Parameter(torch.empty(units, 4 * units))
        self.norm = nn.BatchNorm1d(4 * units, eps=EPSILON)

    def forward(self, x, state):
        """x [time, batch, units], state (h, c) [batch, units] -> hidden [time, batch, units], state."""
        h, c = state
        outputs = []
        for projected in (x @ self.W).unbind(0):
            gates = torch.addmm(self.norm(projected), h, self.U)
            i, f, g, o = gates.chunk(4, 1)
            c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
            h = torch.sigmoid(o) * torch.tanh(c)
            outputs.append(h)
        return torch.stack(outputs), (h, c)


class LanguageModel(nn.Module):
    """Embedding, LSTM layers, softmax; dropout on the embedding, between layers and before the softmax."""

    def __init__(self, sizes):
        super().__init__()
        self.sizes = sizes
        self.embedding = nn.Embedding(sizes.types, sizes.units)
        if sizes.normalized:
            self.layers = nn.ModuleList(NormalizedLSTM(sizes.units) for _ in range(sizes.layers))
        else:
            self.lstm = one_bias(nn.LSTM(sizes.units, sizes.units, sizes.layers, dropout=sizes.share))
        self.dropout = nn.Dropout(sizes.share)
        self.softmax = nn.Linear(sizes.units, sizes.types)

    def forward(self, inputs, targets, state):
        """The loss, summed over time and averaged over the batch, and the state to carry on."""
        x = self.dropout(self.embedding(inputs))
        if self.sizes.normalized:
            states = []
            for layer, h, c in zip(self.layers, *state):
                x, last = layer(x, (h, c))
                x = self.dropout(x)
                states.append(last)
            state = tuple(torch.stack(part) for part in zip(*states))
        else:
            x, state = self.lstm(x, state)
            x = self.dropout(x)
        logits = self.softmax(x.flatten(0, 1))
        loss = F.cross_entropy(logits, targets.flatten(), reduction="sum") / self.sizes.batch
        return loss, state


def load(model, weights):
    """Copies the shared initial weights into the model; gains start at one and shifts at zero by themselves."""
    tensor = {name: torch.from_numpy(value) for name, value in weights.items()}
    with torch.no_grad():
        model.embedding.weight.copy_(tensor["embedding"])
        model.softmax.weight.copy_(tensor["softmax"].T)
        model.softmax.bias.copy_(tensor["softmax_bias"])
        for index in range(model.sizes.layers):
            if model.sizes.normalized:
                model.layers[index].W.copy_(tensor[f"W{index}"])
                model.layers[index].U.copy_(tensor[f"U{index}"])
                continue
            getattr(model.lstm, f"weight_ih_l{index}").copy_(tensor[f"W{index}"].T)
            getattr(model.lstm, f"weight_hh_l{index}").copy_(tensor[f"U{index}"].T)
            getattr(model.lstm, f"bias_ih_l{index}").copy_(tensor[f"b{index}"])


def make_step(sizes, weights, windows, threads, compiled=False, precision="float32"):
    """A function of a window that trains one step and returns the loss; and the windows as tensors."""
    set_threads(threads)
    context = rounding(precision)
    model = LanguageModel(sizes)
    load(model, weights)
    parameters = [each for each in model.parameters() if each.requires_grad]
    optimizer = torch.optim.SGD(parameters, lr=sizes.learning_rate, foreach=True)
    forward = torch.compile(model, dynamic=False) if compiled else model
    state = tuple(torch.zeros(sizes.layers, sizes.batch, sizes.units) for _ in range(2))

    def step(window):
        nonlocal state
        optimizer.zero_grad(set_to_none=True)
        with context:
            loss, carried = forward(*window, state)
        loss.backward()
        nn.utils.clip_grad_norm_(parameters, sizes.max_norm)
        optimizer.step()
        state = tuple(part.detach().float() for part in carried)
        return loss.item()

    tensors = [tuple(torch.from_numpy(part).long() for part in window) for window in windows]
    return step, tensors
