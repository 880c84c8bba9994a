"""What PyTorch is told before it runs."""

import torch

VERSIONS = {"torch": torch.__version__}


def set_threads(threads):
    """Threads inside an operation; operations run one after the other on a CPU. Seeds dropout."""
    torch.set_num_threads(threads)
    torch.set_num_interop_threads(1)
    torch.manual_seed(3)


def one_bias(lstm):
    """Leaves the second of `nn.LSTM`'s two biases at zero, so that the model is the one-bias LSTM of the others."""
    for name, parameter in lstm.named_parameters():
        if name.startswith("bias_hh"):
            torch.nn.init.zeros_(parameter).requires_grad_(False)
    return lstm
