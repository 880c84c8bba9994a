"""nn.LSTM, nn.GRU and nn.RNN: outputs, final states and gradients of every weight."""

import torch
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from golden_file import inputs, weighted_sum, write

FOLDER = "packages/recurrent/test/golden"
TIME, BATCH, FEATURES, HIDDEN, LAYERS = 7, 3, 4, 5, 2


def make(seed):
    case("lstm", seed, torch.nn.LSTM)
    case("gru", seed + 1, torch.nn.GRU)
    case("rnn-tanh", seed + 2, torch.nn.RNN, nonlinearity="tanh")
    case("rnn-relu", seed + 3, torch.nn.RNN, nonlinearity="relu")
    case("lstm-bidirectional", seed + 4, torch.nn.LSTM, lengths=[5, 7, 2], bidirectional=True)
    case("gru-bidirectional", seed + 5, torch.nn.GRU, lengths=[5, 7, 2], bidirectional=True)


def case(name, seed, module, lengths=None, **options):
    generator = torch.Generator().manual_seed(seed)
    network = module(FEATURES, HIDDEN, num_layers=LAYERS, **options).double()
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.copy_(inputs(generator, *parameter.shape, low=-0.7, high=0.7))

    directions = 2 if options.get("bidirectional") else 1
    state_shape = (LAYERS * directions, BATCH, HIDDEN)
    states = ["hidden", "cell"] if module is torch.nn.LSTM else ["hidden"]
    given = {"x": inputs(generator, TIME, BATCH, FEATURES)}
    given.update({f"{state}0": inputs(generator, *state_shape) for state in states})
    for tensor in given.values():
        tensor.requires_grad_()

    x = given["x"]
    if lengths is not None:
        x = pack_padded_sequence(x, torch.tensor(lengths), enforce_sorted=False)
    start = tuple(given[f"{state}0"] for state in states)
    output, final = network(x, start if len(states) == 2 else start[0])
    if lengths is not None:
        output, _ = pad_packed_sequence(output, total_length=TIME)
    finals = final if len(states) == 2 else (final,)

    outputs = {"output": output}
    outputs.update({f"final{state.title()}": tensor for state, tensor in zip(states, finals)})
    loss_weights = {key: inputs(generator, *tensor.shape) for key, tensor in outputs.items()}
    loss = weighted_sum(outputs, loss_weights)
    weights = dict(network.named_parameters())
    wanted = {**weights, **given}
    gradients = dict(zip(wanted, torch.autograd.grad(loss, list(wanted.values()))))

    sizes = {
        "time": TIME,
        "batch": BATCH,
        "features": FEATURES,
        "hidden": HIDDEN,
        "layers": LAYERS,
        "directions": directions,
    }
    write(
        f"{FOLDER}/{name}.json",
        seed,
        {
            "module": f"torch.nn.{module.__name__}",
            "sizes": sizes,
            **({} if lengths is None else {"lengths": torch.tensor(lengths)}),
            "inputs": given,
            "weights": weights,
            "outputs": outputs,
            "lossWeights": loss_weights,
            "loss": loss.item(),
            "gradients": gradients,
        },
    )
